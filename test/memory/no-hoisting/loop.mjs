// One loop, warmed up while nothing is published, then asked whether it sees the change that comes.
import { parentPort, workerData } from "node:worker_threads";
import { createReader } from "../../../dist/main/reader/reader.js";
import { Region } from "../../../dist/memory/region.js";
import { shapes } from "./shapes.mjs";

const { memory, gate, name } = workerData;
const { make, bound } = shapes[name];
const loop = make(createReader(new Region(memory)));
for (let warmed = 0; warmed < 20; warmed++) loop(bound >> 8);
Atomics.store(gate, 0, 1);
Atomics.notify(gate, 0);
let iterations = bound;
// On a busy machine the publish may come late: a bound that was reached before it says nothing.
for (let tries = 0; tries < 50 && iterations >= bound; tries++) {
  iterations = loop(bound);
  if (Atomics.load(gate, 1) === 1) break;
}
parentPort.postMessage({ iterations, bound });
