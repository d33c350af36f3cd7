// The real agent's settings, each read by the getter of its type, beside a Map that holds the converted values. Prints one JSON object.
import { args, report } from "../lib/arguments.mjs";
import { rotatingLoop } from "../lib/loops.mjs";
import { compare } from "../lib/measure.mjs";
import { publishAll } from "../lib/region.mjs";
import { realSettings, shuffled } from "../lib/settings.mjs";

/** Type of the fixture → getter, and what of a value is summed up. */
const getters = {
  boolean: { getter: "getBool", sum: "$" },
  integer: { getter: "getInt", sum: "$" },
  number: { getter: "getFloat64", sum: "$" },
  string: { getter: "getString", sum: "$.length" },
  duration: { getter: "getDuration", sum: "$" },
  array: { getter: "getStringSlice", sum: "$.length" },
  object: { getter: "getStringMap", sum: "($ === undefined ? 0 : 1)" },
};

const { rounds, cpuMs } = args;
const settings = realSettings();
const { reader, memory } = publishAll(settings);
const results = {};
for (const [type, { getter, sum }] of Object.entries(getters)) {
  const keys = shuffled(settings.filter((setting) => setting.type === type).map(({ key }) => key));
  const map = new Map(keys.map((key) => [key, reader[getter](key)]));
  const costs = await compare(
    {
      getter: rotatingLoop(`reader.${getter}(key)`, { reader }, keys, { sum }),
      "Map.get": rotatingLoop("map.get(key)", { map }, keys, { sum }),
    },
    { rounds, cpuMs },
  );
  results[getter] = { keys: keys.length, costs };
}
report({ size: settings.length, regionBytes: memory.buffer.byteLength, results });
