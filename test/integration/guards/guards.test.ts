/** A typo at the producer, from the real core agent to every kind of reading: the last good value is read all along. */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ConsumerOptions } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { keepingLogger, liveTest, sample, until } from "../../support/engine/live-consumer.js";

const live = liveTest();
const library = new URL("../../../dist/index.js", import.meta.url).href;
const guards: ConsumerOptions["guards"] = { "my.port": { type: "integer", min: 1, max: 65_535 } };

/** A thread that notes each value that any kind of reading gives it, until it is told to say which. */
async function noting(shared: object) {
  const thread = new Worker(
    `const { workerData, parentPort } = require("node:worker_threads");
     import(${JSON.stringify(library)}).then(({ attachReader }) => {
       const cfg = attachReader(workerData);
       cfg.waitReadySync();
       const handle = cfg.setting("my.port").asInt();
       const binding = cfg.bind({ port: handle });
       const seen = new Set();
       const look = () => [cfg.getInt("my.port"), handle.value, cfg.view().getInt("my.port"), binding.value.port]
         .forEach((value) => seen.add(value));
       const timer = setInterval(look, 1);
       parentPort.on("message", () => { look(); clearInterval(timer);
         parentPort.postMessage({ seen: [...seen], held: cfg.status().held.map(({ key }) => key) }); parentPort.close(); });
       parentPort.postMessage("ready");
     });`,
    { eval: true, workerData: shared },
  );
  await once(thread, "message");
  return async () => {
    thread.postMessage("say");
    const [answer] = (await once(thread, "message")) as [{ seen: number[]; held: string[] }];
    return answer;
  };
}

describe("a typo at the producer", () => {
  it("is read nowhere: 9000 stays over a worker's death and a resync, until 9001 comes", {
    timeout: 60_000,
  }, async () => {
    const agent = await live.startAgent();
    agent.set("my.port", 9000, "file");
    const logger = keepingLogger();
    const consumer = live.newConsumer(agent, { guards, logger });
    const workers: Worker[] = [];
    const onWorker = (worker: Worker) => void workers.push(worker);
    (process as unknown as NodeJS.EventEmitter).on("worker", onWorker);
    await consumer.start();
    await consumer.waitReady();
    (process as unknown as NodeJS.EventEmitter).off("worker", onWorker);
    const cfg = consumer.reader();
    const handle = cfg.setting("my.port").asInt();
    const binding = cfg.bind({ port: cfg.setting("my.port").asInt() });
    const changes: unknown[] = [];
    consumer.subscribe({ key: "my.port", onChange: ({ newValue }) => void changes.push(newValue) });
    const seenByThread = await noting(consumer.share());
    const read = () => [cfg.getInt("my.port"), handle.value, cfg.view().getInt("my.port"), binding.value.port];

    agent.set("my.port", "900O", "file");
    await until(() => consumer.status().held.length === 1);
    expect(read()).toEqual([9000, 9000, 9000, 9000]);
    const [held] = consumer.status().held;
    expect(held).toMatchObject({ key: "my.port", rule: "must be an integer", source: "file" });
    expect(await sample(consumer, "held_keys")).toBe(1);

    const live1 = () => consumer.status().state === "live";
    await workers[0]?.terminate();
    await until(() => consumer.status().workerRestarts === 1 && live1());
    agent.set("other", 1, "file");
    await until(() => cfg.getInt("other") === 1);
    expect(read()).toEqual([9000, 9000, 9000, 9000]);
    expect(consumer.status().held).toMatchObject([{ key: "my.port", sinceMs: held?.sinceMs }]);

    agent.faults.dropUpdates(1);
    agent.set("other", 2, "file");
    agent.set("other", 3, "file");
    await until(() => cfg.getInt("other") === 3);
    expect(read()).toEqual([9000, 9000, 9000, 9000]);

    agent.set("my.port", 9001, "file");
    await until(() => cfg.getInt("my.port") === 9001);
    expect(read()).toEqual([9001, 9001, 9001, 9001]);
    expect(consumer.status().held).toEqual([]);
    const { seen } = await seenByThread();
    expect(seen.sort()).toEqual([9000, 9001]);
    await until(() => changes.length > 0);
    expect(changes).toEqual([9001]);
    const lines = logger.lines.filter(({ message }) => message.includes('"my.port"'));
    expect(lines.map(({ level }) => level)).toEqual(["warn", "info"]);
    expect(JSON.stringify(logger.lines)).not.toContain("900O");
    expect(await sample(consumer, "held_values")).toBeGreaterThan(0);
  });

  it("does not come out of the cache of the process before, nor over what does", { timeout: 60_000 }, async () => {
    const agent = await live.startAgent();
    agent.set("my.port", 9000, "file");
    const cache = { path: join(live.folder, "cache.json"), waitForFreshMs: 0, writeIntervalMs: 100 };
    const first = live.newConsumer(agent, { guards, cache });
    await first.start();
    await first.waitReady();
    agent.set("my.port", "900O", "file");
    await until(() => first.status().held.length === 1);
    await first.stop();
    await agent.stop();

    const logger = keepingLogger();
    const second = live.newConsumer(agent, { guards, cache, logger });
    await second.start();
    await second.waitReady();
    const cfg = second.reader();
    const handle = cfg.setting("my.port").asInt();
    const binding = cfg.bind({ port: handle });
    const read = () => [cfg.getInt("my.port"), handle.value, cfg.view().getInt("my.port"), binding.value.port];
    const seenByThread = await noting(second.share());
    expect(read()).toEqual([9000, 9000, 9000, 9000]);
    const again = await live.startAgent({ address: agent.address });
    again.set("my.port", "900O", "file");
    await until(() => second.status().held.length === 1);
    expect(read()).toEqual([9000, 9000, 9000, 9000]);
    expect(await sample(second, "held_keys")).toBe(1);
    again.set("my.port", 9001, "file");
    await until(() => second.reader().getInt("my.port") === 9001);
    expect(read()).toEqual([9001, 9001, 9001, 9001]);
    const { seen, held } = await seenByThread();
    expect([seen.sort(), held]).toEqual([[9000, 9001], []]);
    expect(await sample(second, "held_keys")).toBe(0);
    const lines = logger.lines.filter(({ message }) => message.includes('"my.port"'));
    expect(lines.map(({ level }) => level)).toEqual(["warn", "info"]);
  });
});

describe("a guards file", () => {
  it("is followed while the process runs, and a new one that is wrong changes nothing", {
    timeout: 60_000,
  }, async () => {
    const agent = await live.startAgent();
    agent.set("my.port", 9000, "file");
    const file = join(live.folder, "guards.json");
    await writeFile(file, JSON.stringify({ "my.port": { type: "integer", max: 9_500 } }));
    const logger = keepingLogger();
    const consumer = live.newConsumer(agent, { guards: file, logger });
    await consumer.start();
    await consumer.waitReady();
    agent.set("my.port", 9_600, "file");
    await until(() => consumer.status().held.length === 1);
    await writeFile(file, '{ "my.port": { "type": "integr" } }');
    await until(() => logger.lines.some(({ message }) => message.includes('["my.port"].type')));
    expect(consumer.reader().getInt("my.port")).toBe(9000);
    await writeFile(file, JSON.stringify({ "my.port": { type: "integer", max: 9_700 } }));
    await until(() => consumer.reader().getInt("my.port") === 9_600);
    expect(consumer.status().held).toEqual([]);
    expect(logger.lines.filter(({ message }) => message.includes('["my.port"].type'))).toHaveLength(1);
  });

  it("that is broken when a worker takes over leaves the rules in force that it held last", {
    timeout: 60_000,
  }, async () => {
    const agent = await live.startAgent();
    agent.set("my.port", 9_000, "file");
    const file = join(live.folder, "guards.json");
    await writeFile(file, JSON.stringify({ "my.port": { type: "integer", max: 9_100 } }));
    const logger = keepingLogger();
    const consumer = live.newConsumer(agent, { guards: file, logger });
    const born = once(process as unknown as NodeJS.EventEmitter, "worker");
    await consumer.start();
    const [worker] = (await born) as [Worker];
    await consumer.waitReady();
    await writeFile(file, JSON.stringify({ "my.port": { type: "integer", max: 9_700 } }));
    await until(() => logger.lines.some(({ message }) => message.includes("has changed")));
    await writeFile(file, "{");
    await worker.terminate();
    await until(() => consumer.status().workerRestarts === 1 && consumer.status().state === "live");
    agent.set("my.port", 9_600, "file");
    await until(() => consumer.reader().getInt("my.port") === 9_600);
    agent.set("my.port", 9_800, "file");
    await until(() => consumer.status().held.length === 1);
    expect(consumer.status().held[0]?.rule).toBe("must be at most 9700");
    expect(logger.lines.filter(({ message }) => message.includes("is not JSON")).length).toBeGreaterThan(0);
  });
});

describe("JSON Schema in a guard", () => {
  it("is judged by the worker, whose file loads the validator", { timeout: 60_000 }, async () => {
    const agent = await live.startAgent();
    agent.set("my.map", { a: 1 }, "file");
    const schema = { type: "object", required: ["a"], additionalProperties: { type: "integer" } };
    const consumer = live.newConsumer(agent, {
      guards: { "my.map": { schema }, "my.name": { pattern: "^[a-z]+$" } },
      required: ["my.map"],
    });
    await consumer.start();
    await consumer.waitReady();
    agent.set("my.map", { b: "x" }, "file");
    agent.set("my.name", "A1", "file");
    await until(() => consumer.status().held.length === 2);
    expect(consumer.reader().get("my.map")).toEqual({ a: 1 });
    expect(consumer.status().held.map(({ rule }) => rule)).toEqual([
      "must have required property 'a' (JSON Schema, #/required)",
      'must match "^[a-z]+$"',
    ]);
  });
});
