// What one read costs, beside a plain field and a Map, at some number of settings. Prints one JSON object.
import { createReader } from "../../dist/main/reader/reader.js";
import { args, report } from "../lib/arguments.mjs";
import { GuardedMap } from "../lib/control.mjs";
import { distribution } from "../lib/distribution.mjs";
import { constantLoop, constantLoops, rotatingLoop, timedReads } from "../lib/loops.mjs";
import { compare, harnessOverhead } from "../lib/measure.mjs";
import { mapBeside, publishAll } from "../lib/region.mjs";
import { asChanges, makeIntSettings, shuffled } from "../lib/settings.mjs";

const { size, rounds, cpuMs, singles = 0 } = args;
const settings = makeIntSettings(size);
const { region, reader, writer } = publishAll(settings);
const map = mapBeside(reader, settings);
const keys = shuffled(settings.map(({ key }) => key));
const missing = shuffled(settings.map(({ key }) => `${key}.missing`)).slice(0, 1_000);
// Keys that do not exist are kept as well; a reader of their own keeps them out of the other loops' caches.
const other = createReader(region);

class Holder {
  constructor(value) {
    this.held = value;
  }
  get value() {
    return this.held;
  }
}
const key = keys[0];
const some = keys.slice(0, 8);
const field = new Holder(map.get(key));
const handle = reader.setting(key).asInt();
const control = new GuardedMap(map);
const binding = reader.bind(
  Object.fromEntries(keys.slice(0, 10).map((one, i) => [`m${i}`, reader.setting(one).asInt()])),
);

// Everything changes a few times first: an engine treats a field that was written once as a constant, and would leave
// the reads out of the loop. What is measured is what an application has whose settings do change.
let sequenceId = 1;
for (const one of some) {
  for (const value of [1, 2, 3, map.get(one)]) {
    writer.publish({ sequenceId: ++sequenceId, origin: "bench", changes: asChanges([{ key: one, value }]) });
    map.set(one, value);
    control.change(one, value);
    if (control.getInt(one) !== value) throw new Error("The control did not see a change.");
    if (reader.getInt(one) !== value) throw new Error("A change was not seen.");
    if (one !== key) continue;
    field.held = value;
    if (handle.value !== value) throw new Error("A change was not seen.");
  }
}
const view = reader.view();

const options = { rounds, cpuMs };
const constant = await compare(
  {
    field: constantLoop("field.value", { field }, key),
    "field again": constantLoop("field.value", { field }, key),
    "handle.value": constantLoop("handle.value", { handle }, key),
    "binding.value": constantLoop("binding.value.m0", { binding }, key),
    "Map.get": constantLoops("map.get(key)", { map }, some),
    getInt: constantLoops("reader.getInt(key)", { reader }, some),
    "view.getInt": constantLoops("view.getInt(key)", { view }, some),
  },
  options,
);
const rotating = await compare(
  {
    "Map.get": rotatingLoop("map.get(key)", { map }, keys),
    "Map.get again": rotatingLoop("map.get(key)", { map }, keys),
    getInt: rotatingLoop("reader.getInt(key)", { reader }, keys),
    "guarded Map.get": rotatingLoop("control.getInt(key)", { control }, keys),
    // A view decodes a record when it is first asked for: a pass over many of them would measure little else.
    ...(size > 1_000 ? {} : { "view.getInt": rotatingLoop("view.getInt(key)", { view }, keys) }),
    "getInt, missing key": rotatingLoop("other.getInt(key)", { other }, missing),
    "Map.get, missing key": rotatingLoop("(map.get(key) ?? 0)", { map }, missing),
  },
  options,
);
const overhead = await harnessOverhead(constantLoop("field.value", { field }, key), options);

const single = {};
for (const [name, expression] of Object.entries(singles === 0 ? {} : singleReads())) {
  const timed = timedReads(expression, { field, handle, map, reader, view }, keys, { reads: singles });
  timed();
  single[name] = distribution(timed().times);
}
report({ size, constant, rotating, overhead, single });

function singleReads() {
  return {
    "the clock alone": "0",
    field: "field.value",
    "handle.value": "handle.value",
    "Map.get": "map.get(key)",
    getInt: "reader.getInt(key)",
    "view.getInt": "view.getInt(key)",
  };
}
