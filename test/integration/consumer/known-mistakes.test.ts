/** Those known mistakes of the original that no other test keeps out; test/known-mistakes.json has the whole list. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CoreAgent, createCoreAgent } from "configstream/core-agent";
import { type ConfigChange, type Consumer, type ConsumerOptions, createConsumer } from "configstream-consumer";
import { afterEach, expect, test } from "vitest";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

async function startAgent(): Promise<CoreAgent> {
  const defaults = { "a.one": 1, "a.map": { x: 1 }, log_level: "info", "b.two": "default" };
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, defaults });
  cleanups.push(() => agent.stop());
  await agent.start();
  return agent;
}

async function startConsumer(agent: CoreAgent, changes: Partial<ConsumerOptions> = {}): Promise<Consumer> {
  const consumer = createConsumer({
    clientName: "test-agent",
    coreAgentAddress: agent.address,
    authTokenFile: agent.authTokenFile,
    ipcCertFile: agent.ipcCertFile,
    backoff: { initialMs: 20, maxMs: 100, floorMs: 10 },
    credentialsPollMs: 20,
    ...changes,
  });
  cleanups.push(() => consumer.stop());
  await consumer.start();
  return consumer;
}

test("every key tells its own source, and the layers below it", async () => {
  const agent = await startAgent();
  const consumer = await startConsumer(agent);
  await consumer.waitReady();
  const reader = consumer.reader();
  agent.set("a.one", 2, "file");
  agent.set("b.two", "cli", "cli");
  await until(() => reader.getString("b.two") === "cli");
  expect(["a.one", "b.two", "log_level"].map((key) => reader.getSource(key))).toEqual(["file", "cli", "default"]);
  expect(reader.getAllSources("a.one")).toEqual([
    { source: "default", value: 1 },
    { source: "file", value: 2 },
  ]);
  // A lower layer that is set later does not win by being the newest.
  agent.set("b.two", "file", "file");
  agent.set("a.one", 3, "file");
  await until(() => reader.getInt("a.one") === 3);
  expect(reader.getString("b.two")).toBe("cli");
});

test("a change from 1 to its text is a change, and equal maps are none", async () => {
  const agent = await startAgent();
  // Of no declared type, to which it would be converted.
  agent.set("undeclared", 1, "default");
  const consumer = await startConsumer(agent);
  await consumer.waitReady();
  const changes: ConfigChange[] = [];
  consumer.subscribe({ onChange: (change) => void changes.push(change) });
  agent.set("undeclared", "1", "default");
  agent.set("a.map", { x: 1 }, "file");
  agent.set("log_level", "debug", "file");
  await until(() => changes.some(({ key }) => key === "log_level"));
  expect(changes.map(({ key, oldValue, newValue }) => [key, oldValue, newValue])).toEqual([
    ["undeclared", 1, "1"],
    ["log_level", "info", "debug"],
  ]);
});

test("a subscription that is given up twice is harmless, and is told nothing more", async () => {
  const agent = await startAgent();
  const consumer = await startConsumer(agent);
  await consumer.waitReady();
  let calls = 0;
  for (let i = 0; i < 1_000; i++) {
    const subscription = consumer.subscribe({ onChange: () => calls++ });
    subscription.unsubscribe();
    subscription.unsubscribe();
  }
  const seen: ConfigChange[] = [];
  const last = consumer.subscribe({ onChange: (change) => void seen.push(change) });
  agent.set("a.one", 5);
  await until(() => seen.length === 1);
  last.unsubscribe();
  await consumer.stop();
  last.unsubscribe();
  expect(calls).toBe(0);
});

test("nothing local stands in for the stream: a file and variables beside it are not read", async () => {
  const dir = await mkdtemp(join(tmpdir(), "configstream-known-"));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, "datadog.yaml"), "log_level: debug\n");
  const before = process.env.DD_LOG_LEVEL;
  process.env.DD_LOG_LEVEL = "trace";
  cleanups.push(() => {
    if (before === undefined) delete process.env.DD_LOG_LEVEL;
    else process.env.DD_LOG_LEVEL = before;
  });
  const agent = await startAgent();
  const consumer = await startConsumer(agent, { authTokenFile: join(dir, "auth_token") });
  const reader = consumer.reader();
  await expect(consumer.waitReady({ timeoutMs: 100 })).rejects.toThrow(/auth_token/);
  expect([reader.isSet("log_level"), reader.getString("log_level"), reader.allKeysLowercased()]).toEqual([
    false,
    "",
    [],
  ]);
  expect(consumer.status().state).not.toBe("live");
});
