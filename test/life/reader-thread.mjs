// Reads in a thread of its own, as fast as it may, and checks every value: whole, of its key, and never an older one.
import { workerData } from "node:worker_threads";
import { attachReader } from "configstream-consumer";
import { loadKey, numberIn } from "./words.mjs";

const { shared, counts, keys } = workerData;
/** Words of `counts`; see readers.mjs. */
const [stop, units, wrong, older, views, longest] = [0, 1, 2, 3, 4, 5];
const reader = attachReader(shared);
reader.waitReadySync();
const names = Array.from({ length: keys }, (_, index) => loadKey(index));
const handles = names.map((name) => reader.setting(name).as((value) => value));
const newest = new Int32Array(keys);

for (let unit = 0; Atomics.load(counts, stop) === 0; unit++) {
  const startMs = performance.now();
  for (let i = 0; i < keys; i++) check(i, ((i + unit) & 1) === 0 ? handles[i].value : reader.get(names[i]));
  const tookMs = performance.now() - startMs;
  if (tookMs > Atomics.load(counts, longest)) Atomics.store(counts, longest, tookMs);
  if (unit % 16 === 0) checkView();
  Atomics.add(counts, units, 1);
  // The other threads need the machine too.
  Atomics.wait(counts, stop, 0, 1);
}

function check(index, value) {
  const number = numberIn(names[index], value);
  if (number < 0) Atomics.add(counts, wrong, 1);
  else if (number < newest[index]) Atomics.add(counts, older, 1);
  else newest[index] = number;
}

function checkView() {
  let view;
  try {
    view = reader.view();
  } catch (error) {
    if (error.code !== "view_contended") throw error;
    return;
  }
  for (let i = 0; i < keys; i++) check(i, view.get(names[i]));
  Atomics.add(counts, views, 1);
}
