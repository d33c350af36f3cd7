/** The far end of consumer-main.mjs. */
import { fileURLToPath } from "node:url";
import type { CoreAgent } from "configstream/core-agent";
import type { ConsumerOptions, ConsumerStatus } from "configstream-consumer";
import { type Child, optionsFor, type Workshop } from "../memory/workshop.js";

const main = fileURLToPath(new URL("./consumer-main.mjs", import.meta.url));

export interface Report {
  /** The setting `good`, as it is read and as it was reported. */
  readonly good: number;
  readonly told: number;
  /** Entries of the setting `hostile.map`. */
  readonly map: readonly (readonly [name: string, value: unknown])[];
  readonly changes: number;
  /** The longest time for which the application's thread did nothing else, since it was last asked to measure. */
  readonly longestMs: number;
  readonly rssMiB: number;
  readonly status: ConsumerStatus;
  readonly live: boolean;
  readonly metrics: readonly (readonly [name: string, value: number])[];
}

export class HostileConsumer {
  readonly #agent: CoreAgent;
  readonly #child: Child;

  private constructor(agent: CoreAgent, child: Child) {
    this.#agent = agent;
    this.#child = child;
  }

  static async start(
    workshop: Workshop,
    agent: CoreAgent,
    options: Partial<ConsumerOptions> = {},
    flags: readonly string[] = [],
  ): Promise<HostileConsumer> {
    const child = workshop.node([...flags, main, JSON.stringify({ ...optionsFor(agent), ...options })]);
    await child.printed("ready");
    return new HostileConsumer(agent, child);
  }

  /** Fails when the process has ended. */
  report(about: "report" | "measure" = "report"): Promise<Report> {
    const answer = this.#child.message() as Promise<Report>;
    this.#child.send(about);
    const ended = this.#child.ended.then((code) => {
      throw new Error(`The process ended with ${code}:\n${this.#child.output}`);
    });
    return Promise.race([answer, ended]);
  }

  async metric(name: string): Promise<number> {
    const { metrics } = await this.report();
    return metrics.find(([one]) => one === `configstream_consumer_${name}`)?.[1] ?? 0;
  }

  /** Good changes, until one has come through to getters and subscribers; gives the report that says so. */
  async recovers(): Promise<Report> {
    for (;;) {
      const next = Number(this.#agent.get("good")?.value) + 1;
      this.#agent.set("good", next);
      for (let look = 0; look < 20; look++) {
        const report = await this.report();
        if (report.good === next && report.told === next && report.status.state === "live") return report;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
