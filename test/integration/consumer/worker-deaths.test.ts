import { once } from "node:events";
import { pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { type StreamOfAgent, startRawAgent } from "../../support/agents/raw-agent.js";
import { dist, optionsFor, until, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();

describe("a worker that dies of", () => {
  it.each([
    "null",
    "undefined",
    `Object.assign(new Error("x"), { stack: 42 })`,
    `Object.defineProperty(new Error("x"), "message", { get() { throw new Error("from a getter"); } })`,
    `new Proxy({}, { get() { throw new Error("from a proxy"); } })`,
    `Symbol("s")`,
    `Object.create(null)`,
    `() => {}`,
  ])("%s is replaced, settings stay readable, and subscribers go on", { timeout: 30_000 }, async (thrown) => {
    const agent = await workshop.agent({ defaults: { "a.key": 1 } });
    const code = `require(${JSON.stringify(new URL(dist("worker/thread.generated.cjs")).pathname)});
      setTimeout(() => { throw ${thrown}; }, 400);`;
    const workerUrl = pathToFileURL(await workshop.file("worker.cjs", code));
    const consumer = workshop.consumer(agent, { workerUrl });
    const told: unknown[] = [];
    consumer.subscribe({ key: "a.key", onChange: ({ newValue }) => told.push(newValue) });
    await consumer.start();
    await consumer.waitReady();
    await until(() => consumer.status().workerRestarts > 0);
    expect(consumer.reader().getInt("a.key")).toBe(1);
    expect(consumer.status().lastError?.code ?? "worker_died").toBe("worker_died");
    agent.set("a.key", 2);
    await until(() => told.at(-1) === 2 && consumer.reader().getInt("a.key") === 2);
  });
});

it("one process has one process_instance_id, at every registration and after its worker's death", async () => {
  const streams: StreamOfAgent[] = [];
  const agent = await startRawAgent({
    onStream(stream) {
      streams.push(stream);
      stream.write({ snapshot: { sequence_id: 1, settings: [] } });
    },
  });
  workshop.after(() => agent.close());
  const authTokenFile = await workshop.file("auth_token", "token");
  const started = once(process as unknown as NodeJS.EventEmitter, "worker") as Promise<[Worker]>;
  const place = { address: agent.address, authTokenFile, ipcCertFile: "" };
  const { ipcCertFile: _none, ...rest } = optionsFor(place);
  const consumer = workshop.consumer(place, { ...rest, tls: false, ipcCertFile: undefined } as object);
  const registrations = () =>
    agent.requests.filter((_, index) => agent.calls[index]?.endsWith("/RegisterRemoteAgent")) as {
      readonly process_instance_id?: string;
    }[];
  await consumer.start();
  await consumer.waitReady();
  streams.at(-1)?.emit("error", { code: 16, details: "The session has expired." });
  await until(() => registrations().length === 2 && streams.length === 2);
  await (await started)[0].terminate();
  await until(() => registrations().length === 3);
  const ids = registrations().map((request) => request.process_instance_id);
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(ids).size).toBe(1);
});
