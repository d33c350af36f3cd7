// P12: what a read costs in a second attached thread, alone and while the first thread reads. Prints one JSON object.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { createReader } from "../../dist/main/reader/reader.js";
import { Region } from "../../dist/memory/region.js";
import { args, report } from "../lib/arguments.mjs";
import { summary } from "../lib/distribution.mjs";
import { constantLoop } from "../lib/loops.mjs";
import { compare } from "../lib/measure.mjs";
import { publishAll } from "../lib/region.mjs";
import { makeIntSettings } from "../lib/settings.mjs";

const count = 1_000;

function readLoops(reader, key) {
  const handle = reader.setting(key).asInt();
  return {
    "handle.value": constantLoop("handle.value", { handle }, key),
    getInt: constantLoop("reader.getInt(key)", { reader }, key),
  };
}

if (isMainThread) {
  const { rounds, cpuMs } = args;
  const settings = makeIntSettings(count);
  const { memory, reader } = publishAll(settings);
  const key = settings[5].key;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: { memory, key, cpuMs } });
  const measured = () => new Promise((resolve) => worker.once("message", resolve));
  const together = {};
  const alone = {};
  const loops = Object.values(readLoops(reader, key));
  let sink = 0;
  for (let round = 0; round <= rounds; round++) {
    for (const [phase, results] of [
      ["alone", alone],
      ["together", together],
    ]) {
      Atomics.store(stop, 0, 0);
      worker.postMessage(stop);
      const answer = measured();
      // "Together": this thread reads until the worker says, by the shared word, that it is done.
      if (phase === "together") while (Atomics.load(stop, 0) === 0) for (const loop of loops) sink += loop();
      const stats = await answer;
      if (round === 0) continue;
      for (const [name, value] of Object.entries(stats)) results[name] = [...(results[name] ?? []), value.median];
    }
  }
  await worker.terminate();
  if (sink === 0) throw new Error("The first thread read nothing.");
  const summaries = (results) => Object.fromEntries(Object.entries(results).map(([name, all]) => [name, summary(all)]));
  report({ size: count, alone: summaries(alone), together: summaries(together) });
} else {
  const reader = createReader(new Region(workerData.memory));
  const loops = readLoops(reader, workerData.key);
  parentPort.on("message", async (stop) => {
    const stats = await compare(loops, { rounds: 1, cpuMs: workerData.cpuMs });
    Atomics.store(stop, 0, 1);
    parentPort.postMessage(stats);
  });
}
