/** A consumer whose engines a test drives; in virtual time, without a thread. */
import { consumerIn } from "../../../src/main/consumer/consumer.js";
import type { EngineHost, EngineHostInit } from "../../../src/main/hosting/engine-host.js";
import { writeStatus } from "../../../src/memory/facts.js";
import { Region } from "../../../src/memory/region.js";
import type { HostMessage } from "../../../src/shared/messages.js";
import { TestWriter } from "../memory/region.js";
import { dyingHost } from "./dying-host.js";
import { VirtualClock } from "./virtual-clock.js";

export class TestEngine {
  readonly posted: HostMessage[] = [];
  /** Why it was to be ended by force, and the time that it was given to end by itself. */
  readonly ends: (string | number)[] = [];
  readonly init: EngineHostInit;
  readonly region: Region;
  readonly host: EngineHost;
  readonly die: (message?: string) => void;
  writer: TestWriter | undefined;

  constructor(init: EngineHostInit, up: Promise<void> = Promise.resolve()) {
    this.init = init;
    this.region = new Region(init.memory);
    const { posted, ends } = this;
    const { host, die } = dyingHost({
      up,
      post: (message) => void posted.push(message),
      kill: (why) => void ends.push(why),
      stop: async (deadlineMs) => void ends.push(deadlineMs),
    });
    this.host = host;
    this.die = die;
  }

  publish(values: Parameters<TestWriter["publish"]>[0]): void {
    this.writer ??= new TestWriter(this.region);
    this.writer.publish(values);
  }

  /** As an engine says that all is well. */
  live(step: "done" | "first snapshot" = "done"): void {
    const since = { sessionSinceMs: 1, lastError: undefined, nextAttemptAtMs: undefined };
    writeStatus(this.region, { state: "live", step, attempt: 0, ...since });
  }
}

export function drivenConsumer(options: object = {}, startEngine = (init: EngineHostInit) => new TestEngine(init)) {
  const clock = new VirtualClock();
  const engines: TestEngine[] = [];
  const lines: string[] = [];
  const keep = (level: string) => (line: string) => void lines.push(`${level}: ${line}`);
  const logger = { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
  const consumer = consumerIn(
    {},
    { clientName: "test-agent", sessionId: "a-session", logger, ...options },
    {
      clock,
      random: () => 0.5,
      startEngine: (init) => {
        const engine = startEngine(init);
        engines.push(engine);
        return engine.host;
      },
    },
  );
  const newest = () => engines.at(-1) as TestEngine;
  return { clock, consumer, engines, newest, lines };
}

/** Lets promises settle, and no time pass. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
