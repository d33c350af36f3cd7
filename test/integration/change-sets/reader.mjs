// A thread that looks as fast as it can and never lets its event loop turn.
import { workerData } from "node:worker_threads";
import { attachReader } from "configstream-consumer";
import { followed, look, looks, words } from "./groups.mjs";

const { shared, report } = workerData;
const reader = attachReader(shared);
const all = followed(reader);
const seen = new Map();
let last;
while (Atomics.load(report, words.stop) === 0) {
  const halves = look(reader, all, seen);
  Atomics.add(report, words.reads, 1);
  for (const [at, name] of looks.entries()) Atomics.add(report, words.halves + at, halves[name]);
  const { sequenceId } = reader.view();
  if (sequenceId !== last) Atomics.add(report, words.states, 1);
  last = sequenceId;
}
