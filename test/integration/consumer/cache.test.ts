import { once } from "node:events";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { CoreAgent } from "configstream/core-agent";
import { attachReader, type ConfigChange, type Consumer, checkHealth, WaitTimeoutError } from "configstream-consumer";
import { describe, expect, test } from "vitest";
import { parseCache } from "../../../src/worker/cache/format.js";
import { keepingLogger, liveTest, sample, until } from "../../support/engine/live-consumer.js";

const defaults = {
  "my_agent.port": 8126,
  "my_agent.mode": "calm",
  "my_agent.labels": { "app.kubernetes.io/name": "app" },
  log_level: "info",
  "my_agent.api_key": "planted-credential",
  "my_agent.proxy": "http://user:planted-password@proxy:3128",
};
const live = liveTest(defaults);
const cachePath = () => join(live.folder, "settings.cache");
const cache = (changes = {}) => ({ path: cachePath(), writeIntervalMs: 100, ...changes });

async function readyConsumer(agent: Pick<CoreAgent, "address">, options = {}): Promise<Consumer> {
  const consumer = live.newConsumer(agent, { cache: cache(), ...options });
  await consumer.start();
  await consumer.waitReady();
  return consumer;
}

/** Lets one process's consumer be live, and gives the address, where nothing listens any more. */
async function leaveBehind(options = {}): Promise<Pick<CoreAgent, "address">> {
  const agent = await live.startAgent();
  const consumer = await readyConsumer(agent, options);
  agent.set("my_agent.port", 9_000, "file");
  await until(() => consumer.reader().getInt("my_agent.port") === 9_000);
  await consumer.stop();
  await agent.stop();
  return agent;
}

describe.each(["worker", "none"] as const)("with isolation %s", (isolation) => {
  test("a process starts on the last good settings while the core agent is away, and goes on with its own", async () => {
    const { address } = await leaveBehind({ isolation });
    if (process.platform !== "win32") expect((await stat(cachePath())).mode & 0o777).toBe(0o600);
    const text = await readFile(cachePath(), "utf8");
    expect(text).not.toContain("planted");
    expect(text).toContain('["my_agent.port",["default",8126],["file",9000]]');

    const logger = keepingLogger();
    const consumer = live.newConsumer({ address }, { isolation, cache: cache(), logger });
    const events: ConfigChange[] = [];
    const subscription = consumer.subscribe({ onChange: (change) => events.push(change) });
    await consumer.start();
    await consumer.waitReady();
    const cfg = consumer.reader();
    expect(cfg.getInt("my_agent.port")).toBe(9_000);
    expect(cfg.getSource("my_agent.port")).toBe("file");
    expect(cfg.getAllSources("my_agent.port")).toEqual([
      { source: "default", value: 8126 },
      { source: "file", value: 9_000 },
    ]);
    expect(cfg.get("my_agent.labels")).toEqual(defaults["my_agent.labels"]);
    expect(cfg.isSet("my_agent.api_key")).toBe(false);
    const status = consumer.status();
    expect(status).toMatchObject({ state: "stale", ready: true, keys: 4, origin: "core-agent" });
    expect(status.cachedAgeMs).toBeGreaterThanOrEqual(0);
    expect(cfg.view().publishedAtMs).toBeLessThanOrEqual(Date.now() - (status.lastChangeAgeMs ?? 0) + 1_000);
    expect(checkHealth(status)).toMatchObject({ live: true, ready: true, stale: true });
    expect(checkHealth(status, { maxStaleMs: 0 }).ready).toBe(false);
    expect(attachReader(consumer.share()).status().cachedAgeMs).toBeDefined();
    await expect(consumer.waitReady({ fresh: true, timeoutMs: 50 })).rejects.toBeInstanceOf(WaitTimeoutError);
    expect(await sample(consumer, "cache_loads")).toBe(1);
    expect(await sample(consumer, "time_to_first_snapshot_seconds")).toBeUndefined();
    expect(await sample(consumer, "cached_settings_age_seconds")).toBeGreaterThanOrEqual(0);
    expect(logger.lines.filter(({ level }) => level === "info")).toEqual([
      { level: "info", message: expect.stringContaining("settings of the cache file") },
    ]);
    await until(() => events.length === 4);

    // A restarted core agent: another state, and ids that start over.
    await live.startAgent({ address, defaults: { ...defaults, log_level: "debug" } });
    await consumer.waitReady({ fresh: true });
    expect(consumer.status()).toMatchObject({
      state: "live",
      cachedAgeMs: undefined,
      interruptedForMs: undefined,
      keys: 6,
    });
    expect(checkHealth(consumer.status())).toEqual({ live: true, ready: true, stale: false, reasons: [] });
    await until(() => events.length === 8);
    const differences = events.slice(4).map(({ key, oldValue, newValue }) => [key, oldValue, newValue]);
    expect(differences.sort()).toEqual([
      ["log_level", "info", "debug"],
      ["my_agent.api_key", undefined, "planted-credential"],
      ["my_agent.port", 9_000, 8_126],
      ["my_agent.proxy", undefined, "http://user:planted-password@proxy:3128"],
    ]);
    expect(await sample(consumer, "time_to_first_snapshot_seconds")).toBeGreaterThan(0);
    expect(await sample(consumer, "cached_settings_age_seconds")).toBeUndefined();
    subscription.unsubscribe();
  });
});

test("cached settings can be read, and are not ready, until an attempt has failed or patience is over", async () => {
  await leaveBehind();
  // A server listens and never answers, so that no attempt fails for a while.
  const { createServer } = await import("node:net");
  const held = new Set<{ destroy(): void }>();
  const silent = createServer((socket) => void held.add(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  live.cleanUp(async () => {
    for (const socket of held) socket.destroy();
    silent.close();
  });
  const address = `127.0.0.1:${(silent.address() as { port: number }).port}`;
  const text = await readFile(cachePath(), "utf8");
  await rewrite((head) => ({ ...head, coreAgentAddress: address }), text);
  const consumer = live.newConsumer({ address }, { callTimeoutMs: 600_000, cache: cache({ waitForFreshMs: 400 }) });
  await consumer.start();
  await until(() => consumer.reader().getInt("my_agent.port") === 9_000);
  await until(() => consumer.status().state === "stale");
  await consumer.waitReady();
  expect(consumer.status()).toMatchObject({ state: "stale", ready: true, attempt: 0, lastError: undefined });
});

test("when the core agent is there its settings come first, and the file follows them", async () => {
  await leaveBehind();
  const agent = await live.startAgent();
  await rewrite((head) => ({ ...head, coreAgentAddress: agent.address }), await readFile(cachePath(), "utf8"));
  const consumer = await readyConsumer(agent);
  await until(() => consumer.status().state === "live");
  expect(consumer.status().cachedAgeMs).toBeUndefined();
  expect(consumer.reader().getInt("my_agent.port")).toBe(8126);
  agent.set("my_agent.mode", "wild");
  await until(async () => (await readFile(cachePath(), "utf8")).includes("wild"));
  await until(async () => ((await sample(consumer, "cache_writes")) ?? 0) > 0);
});

test("a file that cannot be used is a warning and a metric, and the consumer works all the same", async () => {
  const agent = await leaveBehind();
  const good = await readFile(cachePath(), "utf8");
  const spoilt: [spoil: () => Promise<unknown>, words: RegExp][] = [
    [() => writeFile(cachePath(), good.replace("9000", "9001")), /damaged/],
    [() => writeFile(cachePath(), good.slice(0, 200)), /damaged/],
    [() => rewrite((head) => ({ ...head, clientName: "other" }), good), /clientName/],
    [() => rewrite((head) => ({ ...head, version: 77 }), good), /format version/],
    [() => rewrite((head) => ({ ...head, confirmedAtMs: 1 }), good), /old, more than cache\.maxAgeMs/],
    ...(process.platform === "win32"
      ? []
      : ([[() => writeFile(cachePath(), good).then(() => chmod(cachePath(), 0o644)), /mode 0644/]] as const).map(
          ([spoil, words]): [() => Promise<unknown>, RegExp] => [spoil, words],
        )),
  ];
  for (const [spoil, words] of spoilt) {
    await chmod(cachePath(), 0o600);
    await spoil();
    const logger = keepingLogger();
    const consumer = live.newConsumer(agent, { cache: cache(), logger });
    await consumer.start();
    await until(async () => (await sample(consumer, "cache_refusals")) === 1);
    await until(() => logger.lines.some(({ level, message }) => level === "warn" && words.test(message)));
    expect(consumer.reader().isSet("log_level")).toBe(false);
    expect(consumer.status().ready).toBe(false);
    await consumer.stop();
  }
});

test("a file that cannot be written is a warning and a metric, and the consumer works all the same", async () => {
  const agent = await live.startAgent();
  const logger = keepingLogger();
  const path = join(live.folder, "missing", "settings.cache");
  const consumer = await readyConsumer(agent, { cache: cache({ path }), logger });
  await until(async () => ((await sample(consumer, "cache_write_failures")) ?? 0) >= 2);
  await until(() => logger.lines.some(({ level }) => level === "warn"));
  const warnings = logger.lines.filter(({ level }) => level === "warn");
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining("its folder does not exist (ENOENT)"),
  ]);
  expect(consumer.status()).toMatchObject({ state: "live", ready: true, cacheFailedWrites: expect.any(Number) });
  expect(checkHealth(consumer.status()).reasons.join()).toContain("cache.path");
});

test("a worker that dies while it writes leaves a whole file, the next one no old settings, and neither loses any", async () => {
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`many.key_${i}`, `value ${i}`]));
  const agent = await live.startAgent({ defaults: { ...defaults, ...many } });
  let worker: Worker | undefined;
  const onWorker = (started: Worker) => {
    worker = started;
  };
  process.on("worker", onWorker as never);
  live.cleanUp(async () => process.off("worker", onWorker as never));
  const consumer = await readyConsumer(agent);
  await until(async () => (await readdir(live.folder)).includes("settings.cache"));
  for (let round = 1; round <= 5; round++) {
    agent.set("my_agent.port", round);
    await until(() => consumer.reader().getInt("my_agent.port") === round);
    // The first write begins a second after a worker's first publish, later ones as long as something changes.
    await until(async () => {
      agent.set("my_agent.mode", `mode ${Date.now()}`);
      return (await readdir(live.folder)).some((name) => name.endsWith(".tmp"));
    });
    await delay(round % 4);
    await worker?.terminate();
    const steps = parseCache(await readFile(cachePath()), {
      clientName: "test-agent",
      coreAgentAddress: agent.address,
    });
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value.settings).toHaveLength(20_004);
    expect(consumer.reader().getInt("my_agent.port")).toBe(round);
    await until(() => consumer.status().state === "live");
  }
  expect(await sample(consumer, "cache_loads")).toBe(0);
}, 60_000);

/** Puts a file in place that differs in its head, with the right checksum. */
async function rewrite(change: (head: object) => object, text: string): Promise<void> {
  const { createHash } = await import("node:crypto");
  const lines = text.split("\n");
  const body = [JSON.stringify(change(JSON.parse(lines[0] as string))), ...lines.slice(1, -2), ""].join("\n");
  await writeFile(cachePath(), `${body}sha256 ${createHash("sha256").update(body).digest("hex")}\n`, { mode: 0o600 });
}
