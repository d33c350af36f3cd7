// npm run blocked -- [--seconds 60] [--rate 10000] [--keys 2000] Blocks the main thread while updates flow and subscribers are
// there, and prints what memory that costs: the worker's heap, and the whole process, which includes what waits in ports.
// Afterwards readers and subscribers must be at the newest state.
import { parseArgs } from "node:util";
import { setEnvironmentData } from "node:worker_threads";
import { createConsumer, SubscriberOverflowError } from "configstream-consumer";
import { startAgent } from "./agent.mjs";
import { behind, followByCallback, followByLoop, sample } from "./followers.mjs";
import { held, line, mib, verdict } from "./held.mjs";
import { startReaders } from "./readers.mjs";
import { loadKey, newProbe, numberIn, probe, probeData, probeEntry, resetPeaks } from "./words.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    rate: { type: "string", default: "10000" },
    keys: { type: "string", default: "2000" },
  },
});
const [seconds, rate, keys] = ["seconds", "rate", "keys"].map((name) => Number(values[name]));
/** What waits in the worker is bounded by 32 MiB of values; the rest of this is for its garbage. */
const mostGrowth = 96 * 2 ** 20;

const words = newProbe();
setEnvironmentData(probeData, words);
const agent = await startAgent(keys);
let lines = 0;
const log = () => lines++;
const consumer = createConsumer({
  clientName: "blocked",
  ...agent.options,
  workerUrl: probeEntry,
  logger: { debug: log, info: log, warn: log, error: log },
});
const reader = consumer.reader();
const callback = followByCallback(consumer);
const strict = followByLoop(consumer, "disconnect");
const coalescing = followByLoop(consumer, "coalesce");
await consumer.start();
await consumer.waitReady();
const readers = startReaders(consumer, 1, keys);
await agent.rate(rate);
// Everything has warmed up, and keeps up.
const warmUp = Math.min(seconds, 5);
await new Promise((resolve) => setTimeout(resolve, warmUp * 1_000));
const before = await held();
const applied = await sample(consumer, "updates_applied");
const heapBefore = kib(probe.heap);
const rssBefore = kib(probe.rss);
resetPeaks(words);
line({ "before: main heap": mib(before.heapBytes), "worker heap": mib(heapBefore), rss: mib(rssBefore) });

const handle = reader.setting(loadKey(0)).as((value) => value);
const sleeper = new Int32Array(new SharedArrayBuffer(4));
const sliceMs = 100;
// On a busy machine longer: until more has changed than the worker keeps one by one, although it takes many updates in one go.
const mustFlow = 40_000;
const startedAt = consumer.status().sequenceId;
const slices = (seconds * 1_000) / sliceMs;
const isBlockedFor = (slice) =>
  slice <= slices || (slice <= slices * 10 && consumer.status().sequenceId - startedAt < mustFlow);
const blockedFrom = performance.now();
let newest = 0;
let wrong = 0;
let seen = 0;
for (let slice = 1; isBlockedFor(slice); slice++) {
  // Blocked, but for synchronous reads.
  Atomics.wait(sleeper, 0, 0, sliceMs);
  const number = numberIn(loadKey(0), handle.value);
  if (number < newest) wrong++;
  if (number > newest) seen++;
  newest = Math.max(newest, number);
  if (slice % Math.ceil(slices / 12) === 0) {
    line({
      "blocked for": `${Math.round((slice * sliceMs) / 1_000)} s`,
      "worker heap": mib(kib(probe.heap)),
      rss: mib(kib(probe.rss)),
      "main heap": mib(process.memoryUsage().heapUsed),
      region: mib(consumer.status().regionBytes),
    });
  }
}
const blockedSeconds = (performance.now() - blockedFrom) / 1_000;
const peakHeap = kib(probe.peakHeap);
const peakRss = kib(probe.peakRss);
const flowed = (await sample(consumer, "updates_applied")) - applied;

// The loop and the callback take what has waited, while more arrives.
await new Promise((resolve) => setTimeout(resolve, 500));
await agent.rate(0);
const { numbers, updates } = await agent.state();
const readersBehind = await behind([reader], numbers);
const followersBehind = await behind([callback.state, coalescing.state], numbers);
const strictError = await Promise.race([strict.finished, new Promise((resolve) => setTimeout(resolve, 5_000, "none"))]);
const after = await held();
const checked = readers.totals();
const { workerRestarts } = consumer.status();
await readers.stop();
await consumer.stop();
await agent.stop();

verdict(
  {
    node: process.version,
    blockedSeconds: Math.round(blockedSeconds),
    updatesAppliedPerSecond: Math.round(flowed / blockedSeconds),
    updates,
    workerHeapBefore: mib(heapBefore),
    workerHeapPeak: mib(peakHeap),
    rssBefore: mib(rssBefore),
    rssPeak: mib(peakRss),
    mainHeapBefore: mib(before.heapBytes),
    mainHeapAfter: mib(after.heapBytes),
    changesOfOneKeySeen: seen,
    readsInAnotherThread: checked.reads,
    eventsToCallback: callback.counts.events,
    eventsToCoalescingLoop: coalescing.counts.events,
    longestTurnOfWorkerMs: Atomics.load(words, probe.longestTurn),
    logLines: lines,
  },
  {
    "no updates flowed": flowed < seconds * rate * 0.05,
    "a value was wrong": wrong + checked.wrong + checked.older + callback.counts.wrong + coalescing.counts.wrong > 0,
    "a chain of events was broken": callback.counts.broken + coalescing.counts.broken > 0,
    "the blocked thread saw no change": seen === 0,
    "the worker's heap has grown past its bound": peakHeap - heapBefore > mostGrowth,
    "the process has grown past its bound": peakRss - rssBefore > mostGrowth * 2,
    "the main heap has grown": after.heapBytes - before.heapBytes > 16 * 2 ** 20,
    "the reader is not at the newest state": readersBehind > 0,
    "a subscriber is not at the newest state": followersBehind > 0,
    "the strict subscription was not ended by an overflow": !(strictError instanceof SubscriberOverflowError),
    "the worker was replaced": workerRestarts > 0,
  },
);

function kib(word) {
  return Atomics.load(words, word) * 1024;
}
