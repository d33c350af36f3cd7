// npm run kills -- [--kills 500] [--rate 2000] [--keys 400] [--readers 2]
// Kills the worker again and again, at random moments and in several ways, under a load of updates, while threads read and
// subscribers follow. Prints what the process holds meanwhile, and a verdict.
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
    kills: { type: "string", default: "500" },
    rate: { type: "string", default: "2000" },
    keys: { type: "string", default: "400" },
    readers: { type: "string", default: "2" },
  },
});
const [kills, rate, keys, threads] = ["kills", "rate", "keys", "readers"].map((name) => Number(values[name]));

const words = newProbe();
setEnvironmentData(probeData, words);
const agent = await startAgent(keys);
const consumer = createConsumer({
  clientName: "kills",
  ...agent.options,
  workerUrl: probeEntry,
  backoff: { initialMs: 20, maxMs: 20, floorMs: 10 },
  resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
});
const reader = consumer.reader();
const readers = startReaders(consumer, threads, keys);
const callback = followByCallback(consumer);
const loop = followByLoop(consumer, "coalesce");
let worker;
process.on("worker", (started) => {
  worker = started;
});
await consumer.start();
await consumer.waitReady();
await agent.rate(rate);

const ways = { terminate: 0, exit: 0, throw: 0, reject: 0, fillMemory: 0 };
let notDead = 0;
let stoodStill = 0;
let settled;
const atFirst = await held();
const startMs = performance.now();
// Each look at what is held collects garbage several times, which takes longer than a kill.
const every = Math.max(2, Math.floor(kills / 20));
for (let kill = 1; kill <= kills; kill++) {
  const victim = worker;
  // A fifth of them in their first moments, the others while they follow the updates.
  const young = Math.random() < 0.2;
  if (!young) {
    const updates = await sample(consumer, "updates_applied");
    await until(async () => (await sample(consumer, "updates_applied")) > updates);
  }
  await delay(Math.random() * (young ? 150 : 60));
  const way = chooseWay(young);
  ways[way]++;
  if (way === "terminate") void victim.terminate();
  else Atomics.store(words, probe.command, commands[way]);
  await new Promise((resolve) => victim.once("exit", resolve));
  Atomics.store(words, probe.command, commands.none);
  if (consumer.status().lastError?.code !== "worker_died") notDead++;
  const before = readers.passes();
  await until(() => worker !== victim);
  // While there was no worker, and until the next one has loaded its code, every thread has read on.
  await until(() => readers.passes().every((passes, index) => passes > before[index] + 1), 20_000).catch(
    () => stoodStill++,
  );
  if (kill % every === 0 || kill === kills) {
    // A worker that is just starting holds what the next one does not.
    await until(() => consumer.status().state === "live");
    const now = await held();
    settled ??= kill >= kills / 5 ? now : undefined;
    const { reads, wrong, older } = readers.totals();
    line({
      kills: kill,
      seconds: Math.round((performance.now() - startMs) / 1_000),
      heap: mib(now.heapBytes),
      rss: mib(now.rssBytes),
      handles: now.handles,
      descriptors: now.descriptors,
      region: mib(consumer.status().regionBytes),
      reads,
      events: callback.counts.events,
      wrong: wrong + older + callback.counts.wrong,
    });
  }
}

await agent.rate(0);
const { numbers, updates } = await agent.state();
const readersBehind = await behind([reader], numbers);
const followersBehind = await behind([callback.state, loop.state], numbers);
const { workerRestarts } = consumer.status();
const counted = await sample(consumer, "worker_restarts");
const passes = readers.totals();
const end = await held();
const { regionBytes } = consumer.status();
await readers.stop();
await consumer.stop();
const endError = await loop.finished;
await agent.stop();

verdict(
  {
    node: process.version,
    kills,
    ways,
    workerRestarts,
    updates,
    ...passes,
    events: callback.counts.events + loop.counts.events,
    brokenChains: callback.counts.broken + loop.counts.broken,
    heapGrowth: mib(end.heapBytes - settled.heapBytes),
    rssGrowth: mib(end.rssBytes - settled.rssBytes),
    handleGrowth: end.handles - settled.handles,
    descriptorGrowth: end.descriptors - settled.descriptors,
    filesLeftOpen: end.files - atFirst.files,
    region: mib(regionBytes),
  },
  {
    "a reader saw a wrong value": passes.wrong > 0,
    "a reader saw an older value than before": passes.older > 0,
    "an event had a wrong value": callback.counts.wrong + loop.counts.wrong > 0,
    "an event's old value was not what had been told": callback.counts.broken + loop.counts.broken > 0,
    "a getter in a handler was older than the event": callback.counts.olderGetter > 0,
    "a reader is not at the newest state": readersBehind > 0,
    "a subscriber is not at the newest state": followersBehind > 0,
    "a subscription ended with an error": endError !== undefined,
    "a death did not show in the status": notDead > 0,
    "a kill was not counted": workerRestarts !== kills || counted !== kills,
    "a reading thread stood still": stoodStill > 0,
    // Each death would leave some.
    "handles are left": end.handles > settled.handles + 2,
    "file descriptors are left": end.descriptors > settled.descriptors + 2,
    "the heap has grown": end.heapBytes - settled.heapBytes > 8 * 2 ** 20,
  },
);

function chooseWay(young) {
  const dice = Math.random();
  // The probe obeys only once it runs.
  if (young || dice < 0.7) return "terminate";
  return dice < 0.8 ? "exit" : dice < 0.88 ? "throw" : dice < 0.95 ? "reject" : "fillMemory";
}
