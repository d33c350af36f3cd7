// What the first read of a key costs after it has changed, and the first view after a change. mitata cannot change settings
// between samples, so the loop is our own. Prints one JSON object.
import { args, report } from "../lib/arguments.mjs";
import { summary } from "../lib/distribution.mjs";
import { publishAll } from "../lib/region.mjs";
import { asChanges, makeIntSettings, shuffled } from "../lib/settings.mjs";

const { size, changed, rounds } = args;
const settings = makeIntSettings(size);
const { reader, writer } = publishAll(settings);
for (const { key } of settings) reader.getInt(key);
const touched = shuffled(settings).slice(0, changed);
const handles = touched.map(({ key }) => reader.setting(key).asInt());
let sequenceId = 1;
let total = 0;
reader.view();
const members = Object.fromEntries(
  shuffled(settings)
    .slice(0, 9)
    .map(({ key }, i) => [`m${i}`, reader.setting(key).asInt()]),
);
const binding = reader.bind({ ...members, changed: handles[0] });

const times = { getInt: [], "binding.value": [], "handle.value": [], "view()": [], "getInt again": [] };
for (let round = 0; round < rounds * 2; round++) {
  change(round);
  measure("getInt", changed, () => {
    for (let i = 0; i < changed; i++) total += reader.getInt(touched[i].key);
  });
  measure("getInt again", changed, () => {
    for (let i = 0; i < changed; i++) total += reader.getInt(touched[i].key);
  });
  change(round + 1);
  measure("handle.value", changed, () => {
    for (let i = 0; i < changed; i++) total += handles[i].value;
  });
  // What the other rows have changed is not the view's to pay for.
  reader.view();
  change(round + 2, 1);
  measure("view()", 1, () => {
    total += reader.view().sequenceId;
  });
  total += binding.value.changed;
  change(round + 3, 1);
  measure("binding.value", 1, () => {
    total += binding.value.changed;
  });
}
if (!Number.isFinite(total) || total === 0) throw new Error("Nothing was read.");
// The first half warms up.
const results = Object.entries(times).map(([name, all]) => [name, summary(all.slice(rounds))]);
report({ size, changed, results: Object.fromEntries(results) });

function change(round, count = changed) {
  const changes = asChanges(touched.slice(0, count).map(({ key, value }) => ({ key, value: value + round + 1 })));
  writer.publish({ sequenceId: ++sequenceId, origin: "bench", changes });
}

function measure(name, reads, work) {
  const start = performance.now();
  work();
  times[name].push(((performance.now() - start) * 1e6) / reads);
}
