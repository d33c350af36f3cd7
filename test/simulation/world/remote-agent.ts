/** A remote agent: process after process, each with the shipped consumer, a worker thread, and readers in two threads. */
import { attachReader } from "../../../src/main/consumer/attach.js";
import { type Consumer, consumerIn } from "../../../src/main/consumer/consumer.js";
import type { ConsumerOptions } from "../../../src/main/consumer/options.js";
import { readCounter } from "../../../src/memory/facts.js";
import { Region } from "../../../src/memory/region.js";
import type { Guards } from "../../../src/shared/guards/guard-rule.js";
import { Eyes } from "../checks/eyes.js";
import { Subscribers, type SubscribersParts } from "../checks/subscribers.js";
import type { Setup } from "../story/story.js";
import { Disk } from "./disk.js";
import { Life } from "./life.js";
import { type ThreadParts, WorkerThread } from "./worker-thread.js";

export const guards: Guards = {
  "g.n": { type: "integer", min: 0, max: 100 },
  "g.a": { type: "integer", min: 0, max: 100, group: "g" },
  "g.b": { type: "integer", min: 0, max: 100, group: "g" },
};
const guardedKeys: ReadonlySet<string> = new Set(Object.keys(guards));
export const maxKeys = 45;
const longestPauseMs = 30_000;
/** Of a core agent that recommends nothing. */
const usualRefreshSecs = 10;

export interface RemoteAgentParts
  extends Pick<SubscribersParts, "history" | "isStrict" | "chance" | "counts" | "fail">,
    Pick<ThreadParts, "network" | "accept" | "clock" | "readToken"> {
  readonly clientName: string;
  readonly setup: Setup;
  /** Whether the core agent has ever taken a guarded key away again. */
  readonly mayVanish: (key: string) => boolean;
}

/** What belongs to one process. */
interface Process {
  readonly main: Life;
  readonly consumer: Consumer;
  readonly threads: WorkerThread[];
  readonly eyes: readonly [Eyes, Eyes];
  readonly subscribers: Subscribers;
  /** Guarded keys that had a value in this process. */
  readonly everSeen: Set<string>;
}

export class RemoteAgent {
  readonly name: string;
  readonly disk: Disk;
  readonly #parts: RemoteAgentParts;
  readonly #apart: ReadonlySet<string>;
  #process: Process | undefined;
  #toPeek = 1;

  constructor(parts: RemoteAgentParts) {
    this.name = parts.clientName;
    this.#parts = parts;
    this.#apart = parts.setup.guards ? guardedKeys : new Set();
    this.disk = new Disk(parts.chance.fork("disk"), parts.counts);
  }

  get runs(): boolean {
    return this.#process !== undefined;
  }

  get main(): Life | undefined {
    return this.#process?.main;
  }

  get thread(): WorkerThread | undefined {
    return this.#process?.threads.at(-1);
  }

  /** Threads that could not be ended go on. */
  thawLate(): void {
    for (const { isGivenUp, life } of this.#process?.threads ?? []) if (isGivenUp) life.thaw();
  }

  get apart(): ReadonlySet<string> {
    return this.#apart;
  }

  get consumer(): Consumer {
    if (this.#process === undefined) throw new Error(`The process of ${this.name} does not run.`);
    return this.#process.consumer;
  }

  start(): void {
    if (this.#process !== undefined) return;
    const { clock, chance, counts, history, isStrict, fail } = this.#parts;
    const main = new Life(clock);
    const threads: WorkerThread[] = [];
    const consumer = consumerIn({}, this.#options(), {
      clock: main.clock,
      random: chance.next,
      startEngine: (init) => {
        const thread = new WorkerThread(init, main, {
          ...this.#parts,
          disk: this.disk,
          refreshMs: (this.#parts.setup.refreshSecs || usualRefreshSecs) * 1_000,
          onStep: () => this.#peek(),
          onLate: () => counts.add("given up and gone on"),
          onDefect: (error) => fail(`${this.name}: a defect ended the engine: ${error.message}`),
        });
        threads.push(thread);
        counts.add("worker threads");
        return thread;
      },
    });
    const common = { history, apart: this.#apart, isStrict, fail };
    const eyes = [
      new Eyes({ ...common, name: `${this.name}, main thread`, reader: consumer.reader() }),
      new Eyes({ ...common, name: `${this.name}, attached thread`, reader: attachReader(consumer.share()) }),
    ] as const;
    const about = {
      ...common,
      name: this.name,
      consumer,
      eyes: eyes[0],
      clock: main.clock,
      chance: chance.fork("loops"),
      counts,
    };
    const subscribers = new Subscribers(about);
    this.#process = { main, consumer, threads, eyes, subscribers, everSeen: new Set() };
    subscribers.addAll();
    const begin = (): void => {
      // A worker that dies before it runs ends the start, and it is the application that tries again.
      consumer.start().catch(() => main.clock.setTimer(1_000, begin));
    };
    begin();
  }

  look(when: string): void {
    for (const eyes of this.#process?.eyes ?? []) eyes.look(when);
  }

  /** The status at any time: no age is longer than the world is old, and no pause longer than the longest one. */
  lookAtStatus(): void {
    if (this.#process === undefined) return;
    const { clock, fail } = this.#parts;
    const status = this.consumer.status();
    for (const name of ["lastMessageAgeMs", "lastChangeAgeMs", "interruptedForMs", "sessionAgeMs"] as const) {
      const age = status[name] ?? 0;
      // What a cache file says of its age is older than the process.
      if (status.cachedAgeMs !== undefined && name === "lastChangeAgeMs") continue;
      if (!(age >= 0 && age <= clock.monotonic() + 1)) fail(`${this.name}: ${name} is ${age}`);
    }
    const pauseMs = status.nextAttemptInMs ?? 0;
    for (const key of this.#apart) this.#lookAtGuarded(key, this.#process.everSeen);
    if (pauseMs > longestPauseMs) fail(`${this.name}: the next attempt is ${pauseMs} ms away`);
  }

  /** After a calm, in which its disk was well and the key last changed: the cache file has that change, too. */
  lookAtCache(lastChanged: string): void {
    if (!this.#parts.setup.cache || this.disk.isOvertaken) return;
    const value = JSON.stringify(this.consumer.reader().get(lastChanged));
    const lines = Buffer.from(this.disk.content ?? [])
      .toString()
      .split("\n");
    if (lines.some((line) => line.startsWith(`["${lastChanged}",`) && line.includes(value))) return;
    this.#parts.fail(`${this.name}: after a calm, "${lastChanged}" is ${value}, which is not in the cache file`);
  }

  /** A bad value replaces no good one: the key goes only when the core agent takes it away. */
  #lookAtGuarded(key: string, everSeen: Set<string>): void {
    const { fail, mayVanish } = this.#parts;
    if (this.consumer.reader().get(key) !== undefined) everSeen.add(key);
    else if (everSeen.has(key) && !mayVanish(key)) fail(`${this.name}: "${key}" had a value, and has none any more`);
  }

  get subscribers(): Subscribers | undefined {
    return this.#process?.subscribers;
  }

  /** Everything of the process is gone at once. */
  crash(): void {
    const process = this.#process;
    this.#process = undefined;
    process?.main.end();
    for (const thread of process?.threads ?? []) thread.life.end();
  }

  async stop(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    await process.consumer.stop();
    for (const { isGivenUp, life } of process.threads) {
      if (isGivenUp) life.thaw();
      else if (!life.ended) this.#parts.fail(`${this.name}: a worker thread outlives stop()`);
    }
    process.main.end();
  }

  counter(name: Parameters<typeof readCounter>[1]): number {
    return readCounter(new Region(this.consumer.share().memory), name);
  }

  /** Another thread reads while this one is in the middle of its stores. */
  #peek(): void {
    if (--this.#toPeek > 0) return;
    this.#toPeek = this.#parts.chance.spread(3_000);
    this.#parts.counts.add("looks between two stores");
    this.look("between two stores of the worker");
  }

  #options(): ConsumerOptions {
    const { setup } = this.#parts;
    return {
      clientName: this.name,
      coreAgentAddress: "localhost:5001",
      authTokenFile: "/sim/auth_token",
      ipcCertFile: "/sim/ipc_cert.pem",
      settleMs: setup.settleMs,
      report: setup.report,
      workerTimeoutMs: 30_000,
      limits: { maxKeys, maxRegionBytes: 16 * 2 ** 20 },
      guards: setup.guards ? guards : undefined,
      cache: setup.cache ? { path: `/sim/${this.name}`, waitForFreshMs: 5_000, writeIntervalMs: 2_000 } : undefined,
    };
  }
}
