import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { attachReader, checkHealth, type Health, InvalidOptionError } from "configstream-consumer";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { keepingLogger, liveTest, until } from "../../support/engine/live-consumer.js";

const live = liveTest({ log_level: "info", "my_agent.mode": "calm" });
const built = new URL("../../../dist/index.js", import.meta.url).href;

/** Answers with its status, health and metrics, all read in its own thread. */
const probe = `
  const { workerData, parentPort } = require("node:worker_threads");
  import(${JSON.stringify(built)}).then(async ({ attachReader, checkHealth }) => {
    const attached = attachReader(workerData);
    await attached.waitReady();
    attached.status();
    const text = await attached.metrics.metrics();
    parentPort.postMessage([attached.status().state, checkHealth(attached.status()), text]);
  });`;

test("another thread tells status, health and metrics without the main thread's help", async () => {
  const agent = await live.startAgent();
  const consumer = live.newConsumer(agent);
  await consumer.start();
  await consumer.waitReady();
  await until(() => consumer.status().state === "live");
  const thread = new Worker(probe, { eval: true, workerData: consumer.share() });
  live.cleanUp(() => thread.terminate());
  const [[state, health, text]] = (await once(thread, "message")) as [[string, Health, string]];
  expect(state).toBe("live");
  expect(health).toEqual({ live: true, ready: true, stale: false, reasons: [] });
  for (const name of [
    "time_to_first_snapshot_seconds",
    "last_sequence_id",
    "reconnect_count",
    "dropped_stale_updates",
    "buffer_overflow_disconnects",
    "discontinuities",
    "snapshots_applied",
    "updates_applied",
    "session_registrations",
    "session_refresh_failures",
    "worker_restarts",
    "refused_states",
    "region_bytes",
    "message_age_seconds",
    "cache_loads",
    "cache_refusals",
    "cache_writes",
    "cache_write_failures",
  ]) {
    expect(text).toMatch(new RegExp(`^configstream_consumer_${name}\\{client="test-agent"\\} [0-9.e+-]+$`, "m"));
  }
  expect(text).toContain('configstream_consumer_state{client="test-agent",state="live"} 1');
});

test("an attached reader puts its metrics in the registry that it is given, and not before it is asked to", async () => {
  const registry = new Registry();
  const consumer = live.newConsumer({ address: "127.0.0.1:1" });
  const attached = attachReader(consumer.share(), { registry });
  expect(registry.getMetricsAsArray()).toEqual([]);
  expect(attached.metrics).toBe(registry);
  expect(attached.metrics).toBe(registry);
  expect(await registry.metrics()).toContain('configstream_consumer_reconnect_count{client="test-agent"} 0');
  const second = attachReader(consumer.share(), { registry });
  expect(() => second.metrics).toThrow(InvalidOptionError);
  expect(() => second.metrics).toThrow(/already reports there/);
  expect(() => attachReader(consumer.share(), { registry: {} as Registry })).toThrow(InvalidOptionError);
});

test("the death of a worker begins an outage, and the worker that follows tells its end and its length", async () => {
  const agent = await live.startAgent();
  const logger = keepingLogger();
  const started = once(process as unknown as NodeJS.EventEmitter, "worker") as Promise<[Worker]>;
  const consumer = live.newConsumer(agent, { logger });
  await consumer.start();
  await consumer.waitReady();
  await until(() => consumer.status().state === "live");
  expect(consumer.status().interruptedForMs).toBeUndefined();
  await (await started)[0].terminate();
  await until(() => consumer.status().interruptedForMs !== undefined);
  expect(checkHealth(consumer.status())).toMatchObject({ live: true, ready: true, stale: true });
  await until(() => logger.lines.some(({ level }) => level === "info"));
  expect(consumer.status()).toMatchObject({ state: "live", interruptedForMs: undefined });
  expect(logger.lines.filter(({ level }) => level !== "debug")).toEqual([
    { level: "error", message: expect.stringMatching(/^The worker thread ended: .* Another one is started\.$/) },
    { level: "info", message: expect.stringMatching(/^Configuration updates flow again, after \d/) },
  ]);
});

test("workers that keep dying do not fill the log: one line when it begins, the rest is for debugging", async () => {
  const agent = await live.startAgent();
  const logger = keepingLogger();
  // Up, and dead at once.
  const dying = new URL(
    `data:text/javascript,import { workerData } from "node:worker_threads";
     workerData.events.postMessage({ kind: "up" }); setTimeout(() => process.exit(1), 1);`,
  );
  const consumer = live.newConsumer(agent, { logger, workerUrl: dying });
  await consumer.start();
  await until(() => consumer.status().workerRestarts >= 4);
  expect(logger.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  expect(logger.lines.filter(({ level }) => level === "debug").length).toBeGreaterThanOrEqual(3);
});

test("a failed attempt is told with core agent, step, code, attempt and the next delay", async () => {
  const agent = await live.startAgent();
  await agent.stop();
  const logger = keepingLogger();
  const consumer = live.newConsumer(agent, { logger });
  await consumer.start();
  await until(() => logger.lines.length >= 2);
  expect(logger.lines[0]).toEqual({
    level: "warn",
    message: expect.stringMatching(
      new RegExp(
        `^Configuration updates are interrupted\\. Nothing accepts connections at .* \\(Core agent ${agent.address}, ` +
          'step "registration", code unavailable, gRPC status UNAVAILABLE, attempt 1, next in \\d+ ms\\.\\)$',
      ),
    ),
  });
  expect(logger.lines[1]).toEqual({ level: "debug", message: expect.stringContaining("attempt 2, next in") });
});
