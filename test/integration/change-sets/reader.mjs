// A thread that takes views as fast as it can and never lets its event loop turn.
import { workerData } from "node:worker_threads";
import { attachReader } from "configstream-consumer";
import { halvesIn, words } from "./groups.mjs";

const { shared, report } = workerData;
const reader = attachReader(shared);
const seen = new Map();
let last;
while (Atomics.load(report, words.stop) === 0) {
  const view = reader.view();
  const halves = halvesIn(view, seen);
  Atomics.add(report, words.reads, 1);
  if (halves > 0) Atomics.add(report, words.halves, halves);
  if (view.sequenceId !== last) Atomics.add(report, words.states, 1);
  last = view.sequenceId;
}
