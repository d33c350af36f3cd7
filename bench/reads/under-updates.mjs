// What reads cost while another thread publishes updates. Prints one JSON object.
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { createReader } from "../../dist/main/reader/reader.js";
import { createRegionMemory, Region } from "../../dist/memory/region.js";
import { RegionWriter } from "../../dist/memory/writer/region-writer.js";
import { args, report } from "../lib/arguments.mjs";
import { distribution } from "../lib/distribution.mjs";
import { constantLoop, rotatingLoop, timedReads } from "../lib/loops.mjs";
import { compare } from "../lib/measure.mjs";
import { limits, mapBeside } from "../lib/region.mjs";
import { asChanges, makeIntSettings, shuffled } from "../lib/settings.mjs";

if (isMainThread) await read(args);
else write(workerData);

async function read({ size, rates, rounds, cpuMs, singles }) {
  const settings = makeIntSettings(size);
  const keys = shuffled(settings.map(({ key }) => key));
  const memory = createRegionMemory(limits.maxRegionBytes);
  const worker = new Worker(new URL(import.meta.url), { workerData: { memory, size } });
  await once(worker, "message");
  const reader = createReader(new Region(memory));
  const map = mapBeside(reader, settings);
  const handle = reader.setting(keys[0]).asInt();
  const results = [];
  for (const rate of rates) {
    worker.postMessage(rate);
    await once(worker, "message");
    const before = reader.getSequenceId();
    const since = performance.now();
    const costs = await compare(
      {
        "Map.get": rotatingLoop("map.get(key)", { map }, keys),
        getInt: rotatingLoop("reader.getInt(key)", { reader }, keys),
        "handle.value": constantLoop("handle.value", { handle }, keys[0]),
      },
      { rounds, cpuMs },
    );
    const timed = timedReads("reader.getInt(key)", { reader }, keys, { reads: singles });
    timed();
    const single = distribution(timed().times);
    const publishes = (reader.getSequenceId() - before) / ((performance.now() - since) / 1_000);
    results.push({ rate, publishes, costs, single });
  }
  await worker.terminate();
  report({ size, rates: results });
}

/**
 * Publishes every setting in turn, as many a second as it is told; all updates of one tick of 1 ms are one publish, as in a
 * storm.
 */
function write({ memory, size }) {
  const region = new Region(memory);
  const writer = new RegionWriter(region, limits, Date.now);
  const settings = makeIntSettings(size);
  let sequenceId = 1;
  let at = 0;
  let timer;
  writer.publish({ sequenceId, origin: "bench", changes: asChanges(settings) });
  parentPort.on("message", (rate) => {
    clearInterval(timer);
    const begun = performance.now();
    let sent = 0;
    if (rate > 0) {
      timer = setInterval(() => {
        const due = Math.floor(((performance.now() - begun) / 1_000) * rate) - sent;
        sent += due;
        const changes = Array.from({ length: Math.min(due, size) }, () => {
          at = (at + 1) % size;
          return { key: settings[at].key, value: sent };
        });
        if (changes.length > 0)
          writer.publish({ sequenceId: ++sequenceId, origin: "bench", changes: asChanges(changes) });
      }, 1);
    }
    parentPort.postMessage("running");
  });
  parentPort.postMessage("ready");
}
