// P1 to P4: what one read costs, beside a plain field and a Map. Prints one JSON object.
import { createReader } from "../../dist/main/reader.js";
import { compare, readsPerCall } from "../lib/measure.mjs";
import { publishAll } from "../lib/region.mjs";
import { makeIntSettings, shuffled } from "../lib/settings.mjs";

const [settingsCount, rounds, cpuMs] = process.argv.slice(2).map(Number);
const settings = makeIntSettings(settingsCount);
const { region, reader, writer } = publishAll(settings);
// Keys that do not exist are kept as well; a reader of their own keeps them out of the other loops' caches.
const other = createReader(region);
const map = new Map(settings.map(({ key, value }) => [key, value]));
const keys = shuffled(settings.map(({ key }) => key));
const missing = shuffled(settings.map(({ key }) => `${key}.missing`)).slice(0, 1_000);

// Both sides learn the keys in the same order, so that both hash tables have the same collisions.
let sum = 0;
for (const { key } of settings) sum += reader.getInt(key) - map.get(key);
if (sum !== 0) throw new Error("The reader and the map do not agree.");

class Holder {
  constructor(value) {
    this.held = value;
  }
  get value() {
    return this.held;
  }
}
const constantKey = keys[keys.length >> 1];
const field = new Holder(map.get(constantKey));
const handle = reader.setting(constantKey).asInt();

// Everything changes a few times first: an engine treats a field that was written once as a constant, and would leave
// the reads out of the loop. What is measured is what an application has whose settings do change.
let sequenceId = 1;
for (const value of [1, 2, 3, map.get(constantKey)]) {
  const setting = { value, source: "default", layers: [{ source: "default", value }] };
  const changes = [{ key: constantKey, setting, oldValue: 0, valueChanged: true }];
  writer.publish({ sequenceId: ++sequenceId, origin: "bench", changes });
  field.held = value;
  map.set(constantKey, value);
  if (handle.value !== value || reader.getInt(constantKey) !== value) throw new Error("A change was not seen.");
}

const constant = await compare(
  {
    field: () => {
      let total = 0;
      for (let i = 0; i < readsPerCall; i++) total += field.value;
      return total;
    },
    "field again": () => {
      let total = 0;
      for (let i = 0; i < readsPerCall; i++) total += field.value;
      return total;
    },
    "handle.value": () => {
      let total = 0;
      for (let i = 0; i < readsPerCall; i++) total += handle.value;
      return total;
    },
    "Map.get": () => {
      let total = 0;
      for (let i = 0; i < readsPerCall; i++) total += map.get(constantKey);
      return total;
    },
    getInt: () => {
      let total = 0;
      for (let i = 0; i < readsPerCall; i++) total += reader.getInt(constantKey);
      return total;
    },
  },
  { rounds, cpuMs },
);
// Written out for each subject: a loop that is given its read as a function would pay for calling it.
let mapAt = 0;
let readerAt = 0;
let missingAt = 0;
const rotating = await compare(
  {
    "Map.get": () => {
      let total = 0;
      let at = mapAt;
      for (let i = 0; i < readsPerCall; i++) {
        total += map.get(keys[at]);
        if (++at === keys.length) at = 0;
      }
      mapAt = at;
      return total;
    },
    getInt: () => {
      let total = 0;
      let at = readerAt;
      for (let i = 0; i < readsPerCall; i++) {
        total += reader.getInt(keys[at]);
        if (++at === keys.length) at = 0;
      }
      readerAt = at;
      return total;
    },
    "getInt, missing key": () => {
      let total = 0;
      let at = missingAt;
      for (let i = 0; i < readsPerCall; i++) {
        total += other.getInt(missing[at]);
        if (++at === missing.length) at = 0;
      }
      missingAt = at;
      return total;
    },
  },
  { rounds, cpuMs },
);
console.log(JSON.stringify({ settings: settingsCount, constant, rotating }));
