// Every getter of a reader and of a view over rotating keys of its type, beside a Map that holds the same values. Prints one JSON
// object.
import { args, report } from "../lib/arguments.mjs";
import { rotatingLoop } from "../lib/loops.mjs";
import { compare } from "../lib/measure.mjs";
import { publishAll } from "../lib/region.mjs";
import { asChanges, shuffled } from "../lib/settings.mjs";

const { size, rounds, cpuMs } = args;

const number = (i) => i + 1;
const length = "$.length";
const exists = "($ === undefined ? 0 : 1)";
/** Getter → a value of its type, and what of it is summed up. */
const getters = {
  get: [number, "$"],
  getInt: [number, "$"],
  getInt32: [number, "$"],
  getInt64: [number, "$"],
  getFloat64: [(i) => i + 0.5, "$"],
  getDuration: [(i) => `${i + 1}s`, "$"],
  getSizeInBytes: [(i) => `${i + 1}kb`, "$"],
  getBool: [(i) => i % 2 === 0, "$"],
  getString: [(i) => `text ${i}`, length],
  getStringSlice: [(i) => [`text ${i}`, "b"], length],
  getFloat64Slice: [(i) => [i, 2], length],
  getStringMap: [(i) => ({ a: i }), exists],
  getStringMapString: [(i) => ({ a: `text ${i}` }), exists],
  getStringMapStringSlice: [(i) => ({ a: [`text ${i}`] }), exists],
  isSet: [number, "$"],
  isConfigured: [number, "$"],
  getSource: [number, length],
};

const results = {};
for (const [getter, [valueAt, sum]] of Object.entries(getters)) {
  const keys = Array.from({ length: size }, (_, i) => `section_${i % 37}.setting_${i}`);
  const settings = (shift) => keys.map((key, i) => ({ key, value: valueAt(i + shift) }));
  const { reader, writer } = publishAll(settings(2));
  let map;
  // Changed before, so that an engine cannot take values for constants.
  for (const shift of [1, 0]) {
    writer.publish({ sequenceId: 3 - shift, origin: "bench", changes: asChanges(settings(shift)) });
    map = new Map(keys.map((key) => [key, reader[getter](key)]));
  }
  const view = reader.view();
  const order = shuffled(keys);
  results[getter] = await compare(
    {
      reader: rotatingLoop(`reader.${getter}(key)`, { reader }, order, { sum }),
      view: rotatingLoop(`view.${getter}(key)`, { view }, order, { sum }),
      "Map.get": rotatingLoop("map.get(key)", { map }, order, { sum }),
    },
    { rounds, cpuMs },
  );
}
report({ size, results });
