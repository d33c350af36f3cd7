// Publishes once, and once more a while after the loop is under way: until then the keys are quiet.
import { parentPort, workerData } from "node:worker_threads";
import { Region } from "../../../dist/memory/region.js";
import { RegionWriter } from "../../../dist/memory/writer/region-writer.js";

const { memory, gate } = workerData;
const limits = { maxKeys: 1_000, maxValueBytes: 2 ** 20, maxRegionBytes: 2 ** 24 };
const writer = new RegionWriter(new Region(memory), limits, Date.now);
/** Long enough for the loop to have begun, and short beside the time in which it reaches its bound. */
const DELAY_MS = 60;

function publish(number) {
  const values = { a: number, b: number, c: number, text: `text ${number}`, flag: number === 1, "part.one": number };
  const changes = Object.entries(values).map(([key, value]) => ({
    key,
    setting: { value, source: number === 1 ? "file" : "cli", layers: undefined },
    oldValue: number === 1 ? undefined : number - 1,
    valueChanged: true,
  }));
  writer.publish({ sequenceId: number, origin: "o", changes });
}

publish(1);
parentPort.postMessage("ready");
Atomics.wait(gate, 0, 0);
const nobody = new Int32Array(new SharedArrayBuffer(4));
Atomics.wait(nobody, 0, 0, DELAY_MS);
publish(2);
Atomics.store(gate, 1, 1);
Atomics.notify(gate, 1);
setInterval(() => {}, 1_000);
