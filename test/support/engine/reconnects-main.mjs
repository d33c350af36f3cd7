// Forces many reconnects of one consumer and prints what the process holds before and after them, as JSON.
// node --expose-gc --no-opt --no-sparkplug --no-maglev --no-flush-bytecode reconnects-main.mjs <reconnects> <worker|none>
// All flags but the first keep compiled code, whose size follows its own rules, from drowning what objects take.
import { readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createCoreAgent } from "configstream/core-agent";
import { createConsumer } from "configstream-consumer";

const reconnects = Number(process.argv[2]);
const isolation = process.argv[3];
/** Enough for caches, pools and lazily made parts to have their final size. */
const warmUp = 60;
const internal = 13;
const unavailable = 14;
const permissionDenied = 7;

const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, defaults: { "a.b": 1, round: 0 } });
await agent.start();

// Its history, in this process, has its full size from the start.
for (let filled = 0; filled < 1_000; filled++) agent.set("round", -1 - filled);

const { faults } = agent;
const endings = [
  () => faults.closeStreams(),
  () => faults.closeStreams(internal),
  () => faults.closeStreams(unavailable),
  () => {
    faults.evictSessions();
    faults.closeStreams(permissionDenied);
  },
  () => faults.resetSequence(),
];

const consumer = createConsumer({
  clientName: "reconnects",
  coreAgentAddress: agent.address,
  authTokenFile: agent.authTokenFile,
  ipcCertFile: agent.ipcCertFile,
  backoff: { initialMs: 1, maxMs: 1, floorMs: 1 },
  isolation,
});
await consumer.start();
await consumer.waitReady();
const reader = consumer.reader();

let round = 0;
async function until(condition) {
  while (!condition()) await delay(1);
}

async function reconnect(times) {
  for (let i = 0; i < times; i++) {
    round++;
    endings[round % endings.length]();
    agent.set("round", round);
    await until(() => reader.getInt("round") === round && agent.status().subscribers === 1);
  }
}

/** The size of a set that settles: sockets close a moment after the stream that was on them. */
async function settled(size) {
  let least = size();
  for (let quiet = 0; quiet < 20; quiet++) {
    await delay(10);
    if (size() < least) {
      least = size();
      quiet = 0;
    }
  }
  return least;
}

function descriptors() {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

async function held() {
  const resources = await settled(() => process.getActiveResourcesInfo().filter((kind) => kind !== "Immediate").length);
  const files = await settled(descriptors);
  let heapBytes = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await delay(5);
    heapBytes = Math.min(heapBytes, process.memoryUsage().heapUsed);
  }
  const { subscribers, sessions } = agent.status();
  const { workerRestarts } = consumer.status();
  return { resources, descriptors: files, heapBytes, subscribers, sessions, workerRestarts };
}

await reconnect(warmUp);
const before = await held();
const startMs = performance.now();
await reconnect(reconnects);
const elapsedMs = performance.now() - startMs;
const after = await held();
const metrics = await consumer.metrics.metrics();
const counted = Number(/configstream_consumer_reconnect_count(?:\{[^}]*\})? (\d+)/.exec(metrics)?.[1]);
await consumer.stop();
await agent.stop();
const left = await settled(
  () => process.getActiveResourcesInfo().filter((kind) => !/Pipe|TTY|File|Immediate|^Timeout$/.test(kind)).length,
);
console.log(JSON.stringify({ before, after, elapsedMs, counted, forced: warmUp + reconnects, left }));
