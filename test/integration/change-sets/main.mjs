// npm run sets -- [--reads 1000000] [--key-by-key]
// Looks for halves of change sets: views, bindings, derived values and handles in this thread and in an attached one that never
// yields; change sets, loops, and bindings and getters in handlers; while sets of 50 and 1,000 settings change, workers are killed and
// streams are cut. Prints one line of JSON.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { createConsumer } from "configstream-consumer";
import { followed, groupOf, halvesIn, isWholeValue, look, looks, someOf, words } from "./groups.mjs";

const { values } = parseArgs({
  options: { reads: { type: "string", default: "1000000" }, "key-by-key": { type: "boolean", default: false } },
});
const reads = Number(values.reads);
/** When each way of looking is to find halves, how long it may take. */
const giveUpAt = performance.now() + 60_000;
/** Least of each event that a run must have had, whatever the number of reads. */
const least = { sets: 15, kills: 3, states: 10 };

const dataDir = await mkdtemp(join(tmpdir(), "configstream-sets-"));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const agent = fork(here("agent.mjs"), [dataDir, values["key-by-key"] ? "key-by-key" : ""], { execArgv: [] });
const [{ address, authTokenFile, ipcCertFile }] = await once(agent, "message");
const consumer = createConsumer({
  clientName: "sets",
  coreAgentAddress: address,
  authTokenFile,
  ipcCertFile,
  backoff: { initialMs: 20, maxMs: 50, floorMs: 10 },
});
let worker;
let thread;
process.on("worker", (started) => {
  if (started !== thread) worker = started;
});
await consumer.start();
await consumer.waitReady();

const counts = { looks: 0, events: 0, sets: 0, looped: 0, bindingChanges: 0, kills: 0, states: 0 };
const halves = {
  views: 0,
  bindings: 0,
  derived: 0,
  handles: 0,
  getters: 0,
  sets: 0,
  looped: 0,
  views_of_sets: 0,
  bindingChanges: 0,
};
/** Views of sets that are of another publish than the set. */
let otherViews = 0;
const reader = consumer.reader();
const all = followed(reader);
const seen = new Map();

/** A set is whole when it has all keys of each group that it has any of, with one number. */
function isWhole(changes) {
  const found = new Map();
  for (const { key, newValue } of changes) {
    const group = groupOf.get(key);
    if (group === undefined) continue;
    const numbers = found.get(group) ?? [];
    found.set(group, numbers);
    numbers.push(newValue);
  }
  return [...found].every(([{ size }, numbers]) => numbers.length === size && new Set(numbers).size === 1);
}

consumer.changeSets({
  onChange(set) {
    counts.sets++;
    if (!isWhole(set.changes)) halves.sets++;
    const [{ key, newValue }] = set.changes;
    halves.views_of_sets += halvesIn(set.view, seen, groupOf.get(key));
    if (set.view.sequenceId !== set.sequenceId || set.view.get(key) !== newValue) otherViews++;
  },
});
for (const { binding } of all.values()) {
  binding.onChange((value, before) => {
    counts.bindingChanges++;
    if (!isWholeValue(value) || !isWholeValue(before)) halves.bindingChanges++;
  });
}
const loop = consumer.changeSets({ overflow: "coalesce", bufferSize: 2 });
const looping = (async () => {
  for await (const set of loop) {
    counts.looped++;
    if (!isWhole(set.changes)) halves.looped++;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
})();
consumer.subscribe({
  onChange({ key, newValue }) {
    const group = groupOf.get(key);
    if (group === undefined) return;
    counts.events++;
    // Another set may have come since: never an older one.
    if (someOf(group, 3).some((other) => reader.get(other) < newValue)) halves.getters++;
  },
});

const report = new Int32Array(new SharedArrayBuffer(4 * words.count));
thread = new Worker(here("reader.mjs"), { workerData: { shared: consumer.share(), report } });
let last;
let killAtSets = 2;
const isFound = () => Object.values(halves).every((found) => found > 0) || performance.now() > giveUpAt;
const isDone = () =>
  (!values["key-by-key"] || isFound()) &&
  counts.looks >= reads &&
  Atomics.load(report, words.reads) >= reads &&
  counts.sets >= least.sets &&
  counts.kills >= least.kills &&
  Atomics.load(report, words.states) >= least.states;

while (!isDone()) {
  // Long enough that a set arrives in the middle, and short enough that events are told.
  for (let at = 0; at < 100; at++) {
    for (const [name, found] of Object.entries(look(reader, all, seen))) halves[name] += found;
    counts.looks++;
    const { sequenceId } = reader.view();
    if (sequenceId !== last) counts.states++;
    last = sequenceId;
  }
  // A pause, because on few processors the worker would wait for one that only this thread and the attached one have.
  await delay(5);
  if (counts.sets >= killAtSets && consumer.status().state === "live") {
    void worker.terminate();
    counts.kills++;
    killAtSets = counts.sets + 1 + Math.floor(Math.random() * 8);
  }
}

Atomics.store(report, words.stop, 1);
await once(thread, "exit");
agent.send("stop");
const [made] = await once(agent, "message");
loop.unsubscribe();
await looping;
await consumer.stop();
await rm(dataDir, { recursive: true, force: true });
const attached = {
  looks: Atomics.load(report, words.reads),
  states: Atomics.load(report, words.states),
  halves: Object.fromEntries(looks.map((name, at) => [name, Atomics.load(report, words.halves + at)])),
};
const total = [...Object.values(halves), ...Object.values(attached.halves)].reduce((sum, some) => sum + some, 0);
const verdict = { node: process.version, made, counts, halves, otherViews, attached, total };
process.stdout.write(`${JSON.stringify(verdict)}\n`);
process.exitCode = total === 0 ? 0 : 1;
