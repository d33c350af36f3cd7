import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { attachReader, type Consumer, type SharedConfig } from "configstream-consumer";
import { Piscina } from "piscina";
import { describe, expect, test } from "vitest";
import { header } from "../../../src/memory/layout.js";
import { until, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();
const threadFile = new URL("../../support/memory/reading-thread.mjs", import.meta.url);

interface Question {
  readonly keys: readonly string[];
  readonly waitMs?: number;
}

interface Answer {
  readonly threadId: number;
  readonly state: string;
  readonly byGetter: readonly unknown[];
  readonly byHandle: readonly unknown[];
  readonly byView: readonly unknown[];
}

/** Two threads that read. Each question is put to both. */
interface Readers {
  ask(question: Question): Promise<readonly Answer[]>;
}

function plainThreads(shared: SharedConfig): Readers {
  const threads = [1, 2].map(() => {
    const thread = new Worker(threadFile, { workerData: { shared } });
    workshop.after(() => thread.terminate());
    return thread;
  });
  return {
    ask: (question) =>
      Promise.all(
        threads.map(async (thread) => {
          const answer = once(thread, "message");
          thread.postMessage(question);
          return (await answer)[0] as Answer;
        }),
      ),
  };
}

function pool(shared: SharedConfig): Readers {
  const piscina = new Piscina({ filename: threadFile.href, minThreads: 2, maxThreads: 2, workerData: { shared } });
  workshop.after(() => piscina.destroy());
  return {
    async ask(question) {
      for (;;) {
        const answers = await Promise.all([1, 2].map(() => piscina.run(question, { name: "read" }) as Promise<Answer>));
        // While a thread is still starting, the other one may answer twice.
        if (answers[0]?.threadId !== answers[1]?.threadId) return answers;
      }
    },
  };
}

async function setUp() {
  const agent = await workshop.agent({ defaults: { "my_agent.port": 8126, "my_agent.mode": "calm" } });
  return { agent, consumer: workshop.consumer(agent) };
}

/** Both threads have read these values, in each of the three ways. */
function expectAll(answers: readonly Answer[], values: readonly unknown[]): void {
  for (const { byGetter, byHandle, byView } of answers) {
    expect(byGetter).toEqual(values);
    expect(byHandle).toEqual(values);
    expect(byView).toEqual(values);
  }
}

describe.each([
  ["worker threads", plainThreads],
  ["a piscina pool", pool],
])("readers in %s", (_, open) => {
  const keys = ["my_agent.port", "my_agent.mode", "late.key"];

  test("attached before the consumer was started, wait until it is ready", async () => {
    const { consumer } = await setUp();
    const readers = open(consumer.share());
    const answers = readers.ask({ keys, waitMs: 20_000 });
    await consumer.start();
    expectAll(await answers, [8126, "calm", undefined]);
  });

  test("attached after it was ready, read at once and follow each change", async () => {
    const { agent, consumer } = await setUp();
    await consumer.start();
    await consumer.waitReady();
    const readers = open(consumer.share());
    expectAll(await readers.ask({ keys }), [8126, "calm", undefined]);
    agent.set("my_agent.port", 1);
    agent.set("late.key", { a: [1] });
    agent.unset("my_agent.mode", "default");
    await until(() => consumer.reader().getSequenceId() === 3);
    expectAll(await readers.ask({ keys }), [1, undefined, { a: [1] }]);
  });

  test("see what the memory grew for after they were attached, and so do those that attach then", async () => {
    const { agent, consumer } = await setUp();
    await consumer.start();
    await consumer.waitReady();
    const readers = open(consumer.share());
    await readers.ask({ keys });
    const before = consumer.status().regionBytes;
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`many.key_${i}`, `value ${i}`]));
    const large = "x".repeat(1_000_000);
    agent.setMany({ ...many, large });
    await until(() => consumer.reader().isSet("large"));
    expect(consumer.status().regionBytes).toBeGreaterThan(before + 1_000_000);
    const question = { keys: ["many.key_0", "many.key_19999", "large", "my_agent.port"] };
    const values = ["value 0", "value 19999", large, 8126];
    expectAll(await readers.ask(question), values);
    expectAll(await open(consumer.share()).ask(question), values);
  });

  test("read on while the consumer's worker is dead, and follow the next one", async () => {
    const { agent, consumer } = await setUp();
    const firstWorker = nextWorker();
    await consumer.start();
    await consumer.waitReady();
    const readers = open(consumer.share());
    await readers.ask({ keys });
    await (await firstWorker).terminate();
    await until(() => consumer.status().lastError?.code === "worker_died");
    expectAll(await readers.ask({ keys }), [8126, "calm", undefined]);
    agent.set("my_agent.port", 2);
    await until(() => consumer.status().workerRestarts === 1 && consumer.status().state === "live");
    expectAll(await readers.ask({ keys }), [2, "calm", undefined]);
    agent.set("my_agent.port", 3);
    await until(() => consumer.reader().getInt("my_agent.port") === 3);
    const answers = await readers.ask({ keys });
    expectAll(answers, [3, "calm", undefined]);
    for (const { state } of answers) expect(state).toBe("live");
  });

  test("keep the last settings after the consumer was stopped", async () => {
    const { consumer } = await setUp();
    await consumer.start();
    await consumer.waitReady();
    const readers = open(consumer.share());
    await consumer.stop();
    const answers = await readers.ask({ keys });
    expectAll(answers, [8126, "calm", undefined]);
    for (const { state } of answers) expect(state).toBe("stopped");
  });
});

describe("attachReader refuses", () => {
  test("a region of another layout version, and says that two versions of the package are mixed", () => {
    const shared = idleConsumer().share();
    const words = Array.from(new Int32Array(shared.memory.buffer));
    words[header.version] = (words[header.version] as number) + 1;
    expect(() => attachReader({ ...shared, memory: memoryOf(words) })).toThrow(
      expect.objectContaining({
        code: "incompatible_region",
        message: expect.stringMatching(
          /layout version \d+, but was given layout version \d+.*same version of the package/,
        ),
      }),
    );
  });

  test("shared memory that is no region", () => {
    const shared = idleConsumer().share();
    expect(() => attachReader({ ...shared, memory: memoryOf([1, 2, 3]) })).toThrow(
      expect.objectContaining({ code: "incompatible_region" }),
    );
  });

  test("a value that has been JSON, and says that memory is shared between threads only", () => {
    const copy = JSON.parse(JSON.stringify(idleConsumer().share())) as SharedConfig;
    expect(() => attachReader(copy)).toThrow(/lost its memory on the way.*not as JSON/);
  });

  function idleConsumer(): Consumer {
    return workshop.consumer({ address: "127.0.0.1:1", authTokenFile: "/nowhere", ipcCertFile: "/nowhere" });
  }

  function memoryOf(words: readonly number[]): SharedConfig["memory"] {
    const { memory } = idleConsumer().share();
    new Int32Array(memory.buffer).fill(0).set(words);
    return memory;
  }
});

/** The next worker that this thread starts. */
function nextWorker(): Promise<Worker> {
  return once(process as unknown as NodeJS.EventEmitter, "worker").then(([worker]) => worker as Worker);
}
