// Publishes without a pause until it is stopped or killed.
import { workerData } from "node:worker_threads";
import { Region } from "../../../dist/memory/region.js";
import { RegionWriter } from "../../../dist/memory/writer/region-writer.js";
import { countKeys, groupKeys, looseKeys, NUMBER, PUBLISHES, STOP, textKeys, toText, valueFor } from "./words.mjs";

const { memory, control, publishesPerArena } = workerData;
const limits = { maxKeys: 1_000_000, maxValueBytes: 2 ** 24, maxRegionBytes: 2 ** 28 };
const writer = new RegionWriter(new Region(memory), limits, Date.now, { publishesPerArena });
const known = new Map();

while (Atomics.load(control, STOP) === 0) {
  const number = Atomics.add(control, NUMBER, 1) + 1;
  const first = known.size === 0;
  const changes = [
    ...groupKeys.map((key) => change(key, number, valueFor(key, number, size()))),
    ...textKeys.map((key) => change(key, number, toText(valueFor(key, number, size())))),
    ...countKeys.map((key) => change(key, number, number)),
  ];
  for (const key of looseKeys) {
    if (first || Math.random() < 0.05) changes.push(change(key, number, valueFor(key, number, size())));
  }
  // Keys that come, go and come back.
  const fleeting = `fleeting.${number % 200}`;
  changes.push(known.has(fleeting) ? removal(fleeting) : change(fleeting, number, number));
  writer.publish({ sequenceId: number, origin: "storm", changes });
  Atomics.add(control, PUBLISHES, 1);
}

function size() {
  const dice = Math.random();
  return Math.floor(dice < 0.9 ? dice * 60 : dice < 0.999 ? Math.random() * 3_000 : Math.random() * 100_000);
}

function change(key, number, value) {
  const oldValue = known.get(key);
  known.set(key, number);
  return { key, setting: { value, source: "file", layers: undefined }, oldValue, valueChanged: true };
}

function removal(key) {
  known.delete(key);
  return { key, setting: undefined, oldValue: 1, valueChanged: true };
}
