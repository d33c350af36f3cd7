// npm run soak -- [--minutes 5] [--updates 1000000] [--keys 2000]
// Follows so many updates, spread over so many minutes, while the core agent goes away and comes back now and then, and
// subscriptions come and go. Prints a line per interval; heap, handles and region must be flat.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { setEnvironmentData } from "node:worker_threads";
import { createConsumer } from "configstream-consumer";
import { startAgent } from "./agent.mjs";
import { behind, followByCallback, followByLoop, sample } from "./followers.mjs";
import { held, line, mib, until, verdict } from "./held.mjs";
import { startReaders } from "./readers.mjs";
import { commands, newProbe, probe, probeData, probeEntry } from "./words.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    updates: { type: "string", default: "1000000" },
    keys: { type: "string", default: "2000" },
  },
});
const [minutes, updates, keys] = ["minutes", "updates", "keys"].map((name) => Number(values[name]));
const seconds = minutes * 60;
const intervalMs = (seconds * 1_000) / 20;

const words = newProbe();
setEnvironmentData(probeData, words);
const agent = await startAgent(keys);
const consumer = createConsumer({
  clientName: "soak",
  ...agent.options,
  workerUrl: probeEntry,
  backoff: { initialMs: 20, maxMs: 200, floorMs: 10 },
});
const reader = consumer.reader();
const callback = followByCallback(consumer);
const loop = followByLoop(consumer, "coalesce");
await consumer.start();
await consumer.waitReady();
const readers = startReaders(consumer, 1, keys);
// A little more than needed, for what the outages cost.
const rate = (updates / seconds) * 1.05;
await agent.rate(rate);

const samples = [];
let outages = 0;
let shortLived = 0;
const startMs = performance.now();
for (;;) {
  await delay(intervalMs / 2);
  outages++;
  await agent.outage(Math.min(1_000, intervalMs / 8));
  await until(() => consumer.status().state === "live");
  // Subscriptions that come and go, each in its own way.
  const controller = new AbortController();
  for (const overflow of ["disconnect", "coalesce"]) consumer.subscribe({ overflow, signal: controller.signal });
  for await (const _ of consumer.subscribe({ prefix: "load." })) if (++shortLived % 10 === 0) break;
  controller.abort();
  await delay(intervalMs / 2);
  Atomics.store(words, probe.command, commands.collect);
  await until(() => Atomics.load(words, probe.command) === commands.none);
  const now = { ...(await held()), workerHeapBytes: Atomics.load(words, probe.heap) * 1024 };
  const status = consumer.status();
  samples.push({ ...now, regionBytes: status.regionBytes });
  const sent = (await agent.state()).updates;
  line({
    seconds: Math.round((performance.now() - startMs) / 1_000),
    updates: sent,
    outages,
    state: status.state,
    heap: mib(now.heapBytes),
    "worker heap": mib(now.workerHeapBytes),
    rss: mib(now.rssBytes),
    handles: now.handles,
    descriptors: now.descriptors,
    region: mib(status.regionBytes),
    events: callback.counts.events,
  });
  if (sent >= updates || performance.now() - startMs > seconds * 2_000) break;
}
await agent.rate(0);
const { numbers, updates: sent } = await agent.state();
const readersBehind = await behind([reader], numbers);
const followersBehind = await behind([callback.state, loop.state], numbers);
const checked = readers.totals();
const reconnects = await sample(consumer, "reconnect_count");
const { workerRestarts } = consumer.status();
await readers.stop();
await consumer.stop();
const loopError = await loop.finished;
await agent.stop();

// The first samples still grow to the size that lasts.
const early = samples.slice(Math.floor(samples.length / 5), Math.max(2, Math.floor(samples.length / 2)));
const late = samples.slice(-Math.max(1, Math.floor(samples.length / 4)));
const growth = (name) => median(late, name) - median(early, name);
verdict(
  {
    node: process.version,
    minutes: Number((performance.now() - startMs) / 60_000).toFixed(1),
    updates: sent,
    updatesApplied: await sample(consumer, "updates_applied"),
    snapshotsApplied: await sample(consumer, "snapshots_applied"),
    outages,
    reconnects,
    ...checked,
    events: callback.counts.events,
    heapGrowth: mib(growth("heapBytes")),
    workerHeapGrowth: mib(growth("workerHeapBytes")),
    rssGrowth: mib(growth("rssBytes")),
    handleGrowth: growth("handles"),
    descriptorGrowth: growth("descriptors"),
    regionGrowth: mib(growth("regionBytes")),
  },
  {
    "too few updates": sent < updates,
    "a reader saw a wrong or an older value": checked.wrong + checked.older > 0,
    "an event was wrong": callback.counts.wrong + callback.counts.olderGetter + loop.counts.wrong > 0,
    "a chain of events was broken": callback.counts.broken + loop.counts.broken > 0,
    "a reader is not at the newest state": readersBehind > 0,
    "a subscriber is not at the newest state": followersBehind > 0,
    "a subscription ended with an error": loopError !== undefined,
    "an outage was not noticed": reconnects < outages,
    "the worker was replaced": workerRestarts > 0,
    "the heap grows": growth("heapBytes") > 4 * 2 ** 20,
    "the worker's heap grows": growth("workerHeapBytes") > 4 * 2 ** 20,
    "handles grow": growth("handles") > 0,
    "file descriptors grow": growth("descriptors") > 0,
    "the region grows": growth("regionBytes") > 2 ** 20,
  },
);

function median(list, name) {
  const sorted = list.map((one) => one[name]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
