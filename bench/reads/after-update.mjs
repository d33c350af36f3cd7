// What the first read of a key costs after it has changed, and the first view after a change. mitata cannot change settings
// between samples, so the loop is our own. Prints one JSON object.
import { args, report } from "../lib/arguments.mjs";
import { summary } from "../lib/distribution.mjs";
import { publishAll } from "../lib/region.mjs";
import { asChanges, makeIntSettings, shuffled } from "../lib/settings.mjs";

const { size, changed, rounds, singles } = args;
const settings = makeIntSettings(size);
const { reader, writer } = publishAll(settings);
for (const { key } of settings) reader.getInt(key);
const touched = shuffled(settings).slice(0, changed);
const handles = touched.map(({ key }) => reader.setting(key).asInt());
let sequenceId = 1;
let total = 0;

const times = { getInt: [], "binding.value": [], "handle.value": [], "view()": [], "getInt again": [] };
for (let round = 0; round < rounds * 2; round++) {
  // The first half warms up.
  const counts = round >= rounds;
  change(round);
  measure("getInt", changed, counts, () => {
    for (let i = 0; i < changed; i++) total += reader.getInt(touched[i].key);
  });
  measure("getInt again", changed, counts, () => {
    for (let i = 0; i < changed; i++) total += reader.getInt(touched[i].key);
  });
  change(round + 1);
  measure("handle.value", changed, counts, () => {
    for (let i = 0; i < changed; i++) total += handles[i].value;
  });
}

// What is measured here is one read after one change, so that what other rows have changed is no part of it; and only after some
// thousand of them, because an application that has run for a while runs compiled code: with the optimising compilers switched off a
// read takes ten to twenty times as long, and it takes some thousand reads until they have done their work.
const warmUps = 5_000;
const binding = reader.bind(Object.fromEntries(handles.slice(0, 10).map((handle, i) => [`m${i}`, handle])));
reader.view();
for (let round = 0; round < warmUps + singles; round++) {
  const counts = round >= warmUps;
  change(round, 1, round % 10);
  measure("view()", 1, counts, () => {
    total += reader.view().sequenceId;
  });
  total += binding.value.m0;
  change(round + 1, 1, round % 10);
  measure("binding.value", 1, counts, () => {
    total += binding.value.m0;
  });
  reader.view();
}
if (!Number.isFinite(total) || total === 0) throw new Error("Nothing was read.");
const results = Object.entries(times).map(([name, all]) => [name, summary(all)]);
report({ size, changed, results: Object.fromEntries(results) });

function change(round, count = changed, from = 0) {
  const some = touched.slice(from, from + count);
  const changes = asChanges(some.map(({ key, value }) => ({ key, value: value + round + 1 })));
  writer.publish({ sequenceId: ++sequenceId, origin: "bench", changes });
}

function measure(name, reads, counts, work) {
  const start = performance.now();
  work();
  const ns = ((performance.now() - start) * 1e6) / reads;
  if (counts) times[name].push(ns);
}
