/** A storm: one writer at a time, killed at random moments and replaced, and readers that check all they see. */
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { PUBLISHES, READS, READS_PER_UNIT, STOP } from "./words.mjs";

/**
 * Runs until so many reads were made or so many seconds have passed, whichever comes first. `killEveryMs` 0: no kills.
 * Gives the sums; `violations` must be 0.
 */
export async function storm({ reads, seconds, readers = 2, killEveryMs = 40, publishesPerArena = 3_000 }) {
  const { createRegionMemory, Region } = await import("../../../dist/memory/region.js");
  const { markWritersGone, readCounter } = await import("../../../dist/memory/facts.js");
  const memory = createRegionMemory(2 ** 28);
  const region = new Region(memory);
  const control = new Int32Array(new SharedArrayBuffer(4 * (READS + readers)));
  const failures = [];
  const threads = Array.from({ length: readers }, (_, index) => startReader(memory, control, index, failures));
  const totalReads = () => threads.reduce((sum, _, i) => sum + Atomics.load(control, READS + i), 0) * READS_PER_UNIT;
  const endAt = performance.now() + seconds * 1_000;
  const isOver = () => totalReads() >= reads || performance.now() >= endAt || failures.length > 0;
  let kills = 0;
  while (!isOver()) {
    const writer = startWriter(memory, control, publishesPerArena, failures);
    const before = Atomics.load(control, PUBLISHES);
    // A thread takes its time to start; it is killed so long after its first publish.
    while (!isOver() && Atomics.load(control, PUBLISHES) === before) await sleep(1);
    const killAt = killEveryMs > 0 ? performance.now() + Math.random() * 2 * killEveryMs : Number.POSITIVE_INFINITY;
    while (!isOver() && performance.now() < killAt) await sleep(Math.random() * 3);
    if (isOver()) Atomics.store(control, STOP, 1);
    else kills++;
    await writer.terminate();
    markWritersGone(region);
  }
  Atomics.store(control, STOP, 1);
  const results = await Promise.all(threads.map(({ result }) => result));
  const sum = (name) => results.reduce((total, result) => total + (result?.[name] ?? 0), 0);
  const totals = {
    reads: sum("reads"),
    publishes: Atomics.load(control, PUBLISHES),
    kills,
    changesSeen: sum("changesSeen"),
    views: sum("views"),
    viewsRefused: sum("viewsRefused"),
    retriesGivenUp: readCounter(region, "contendedReads"),
    torn: sum("torn"),
    backwards: sum("backwards"),
    backwardsInAll: sum("backwardsInAll"),
    viewsTorn: sum("viewsTorn"),
    checksumMismatches: readCounter(region, "checksumMismatches"),
    arenas: region.load(3),
    regionBytes: memory.buffer.byteLength,
    failures: failures.map(String),
  };
  const { torn, backwards, backwardsInAll, viewsTorn, checksumMismatches } = totals;
  const violations = torn + backwards + backwardsInAll + viewsTorn + checksumMismatches + failures.length;
  return { ...totals, violations };
}

function startReader(memory, control, index, failures) {
  const worker = new Worker(new URL("./reader.mjs", import.meta.url), { workerData: { memory, control, index } });
  const result = new Promise((resolve) => {
    worker.once("message", resolve);
    worker.once("error", (error) => failures.push(error));
    worker.once("exit", () => resolve(undefined));
  });
  return { worker, result };
}

function startWriter(memory, control, publishesPerArena, failures) {
  const worker = new Worker(new URL("./writer.mjs", import.meta.url), {
    workerData: { memory, control, publishesPerArena },
  });
  worker.once("error", (error) => failures.push(error));
  return worker;
}
