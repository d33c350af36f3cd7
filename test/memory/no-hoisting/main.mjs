// Loops that never yield must see another thread's publish: no engine may take the plain read of a cell out of the loop. The
// specification would allow it, so every supported engine is asked. Each loop is warmed up until it is optimised, and ends
// when it sees the change, or fails after so many iterations.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createReader } from "../../../dist/main/reader/reader.js";
import { KeyReader } from "../../../dist/memory/reader/key-reader.js";
import { createRegionMemory, Region } from "../../../dist/memory/region.js";

/** Several seconds of the fastest loop; a change comes every tenth of a second. */
const MOST = 3_000_000_000;
const WARM_UP = 20_000_000;

const memory = createRegionMemory(2 ** 24);
const worker = new Worker(new URL("./writer.mjs", import.meta.url), { workerData: memory });
await once(worker, "message");
const reader = createReader(new Region(memory));
const handle = reader.setting("a").asInt();
const entries = new KeyReader(new Region(memory));
const names = ["a", "b", "c"];

/** Each counts iterations until the change, at most `most`. */
const loops = {
  "handle.value"(most) {
    const before = handle.value;
    let i = 0;
    while (i < most && handle.value === before) i++;
    return i;
  },
  "getInt, constant key"(most) {
    const before = reader.getInt("a");
    let i = 0;
    while (i < most && reader.getInt("a") === before) i++;
    return i;
  },
  "getInt, rotating keys"(most) {
    const before = reader.getInt("a");
    let i = 0;
    for (; i < most; i++) if (reader.getInt(names[i % 3]) !== before) break;
    return i;
  },
  "handle.value, summed"(most) {
    const before = handle.value;
    let i = 0;
    let sum = 0;
    for (; i < most; i++) {
      const value = handle.value;
      sum += value;
      if (value !== before) break;
    }
    return sum < 0 ? -1 : i;
  },
  "words[cell], empty loop"(most) {
    const { cell, stamp } = entries.entry("a");
    const { words } = entries;
    let i = 0;
    while (words[cell] === stamp && i < most) i++;
    return i;
  },
};

const seen = {};
let ok = true;
for (const [name, loop] of Object.entries(loops)) {
  let warmedUp = 0;
  while (warmedUp < WARM_UP) warmedUp += loop(WARM_UP) + 1;
  let iterations = 0;
  // A change that comes as the loop begins shows nothing; then once more.
  for (let tries = 0; tries < 10 && iterations < 1_000; tries++) iterations = loop(MOST);
  seen[name] = iterations;
  if (iterations >= MOST || iterations < 1_000) ok = false;
}
process.stdout.write(`${JSON.stringify({ node: process.version, ok, iterations: seen })}\n`);
await worker.terminate();
process.exitCode = ok ? 0 : 1;
