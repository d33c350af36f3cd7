// Reads without a pause and checks everything that it sees.
import { parentPort, workerData } from "node:worker_threads";
import { createReader } from "../../../dist/main/reader.js";
import { Region } from "../../../dist/shared/region.js";
import { groupKeys, isWhole, looseKeys, READS, READS_PER_UNIT, STOP } from "./words.mjs";

const { memory, control, index } = workerData;
const reader = createReader(new Region(memory));
const result = {
  reads: 0,
  changesSeen: 0,
  torn: 0,
  backwards: 0,
  backwardsInAll: 0,
  views: 0,
  viewsTorn: 0,
  viewsRefused: 0,
};
const keys = [...groupKeys, ...groupKeys, ...looseKeys, ...groupKeys];
const handles = new Map(keys.map((key) => [key, reader.setting(key).as((value) => value)]));
const lastSeen = new Map();
let newestInAll = 0;

while (Atomics.load(control, STOP) === 0) {
  for (let i = 0; i < READS_PER_UNIT; i++) {
    const key = keys[i % keys.length];
    observe(key, (i & 1) === 0 ? handles.get(key).value : reader.get(key));
  }
  result.reads += READS_PER_UNIT;
  if (Atomics.add(control, READS + index, 1) % 64 === 0) observeView();
}
parentPort.postMessage(result);

function observe(key, value) {
  const before = lastSeen.get(key);
  if (value === before || value === undefined) {
    if (value === undefined && before !== undefined) result.backwards++;
    else if (isGroup(key) && value !== undefined && value.number < newestInAll) result.backwardsInAll++;
    return;
  }
  lastSeen.set(key, value);
  result.changesSeen++;
  if (!isWhole(key, value)) {
    result.torn++;
    return;
  }
  if (before !== undefined && value.number < before.number) result.backwards++;
  if (isGroup(key)) {
    if (value.number < newestInAll) result.backwardsInAll++;
    newestInAll = Math.max(newestInAll, value.number);
  } else {
    // A publish sets its whole group, so the group cannot be older than what any key has shown.
    newestInAll = Math.max(newestInAll, value.number);
  }
}

function isGroup(key) {
  return key.charCodeAt(0) === 103;
}

function observeView() {
  let view;
  try {
    view = reader.view();
  } catch (error) {
    if (error.code !== "view_contended") throw error;
    result.viewsRefused++;
    return;
  }
  if (view.keys().length === 0) return;
  result.views++;
  const numbers = groupKeys.map((key) => {
    const value = view.get(key);
    return isWhole(key, value) ? value.number : -1;
  });
  if (numbers.some((number) => number !== view.sequenceId)) result.viewsTorn++;
  else if (view.sequenceId < newestInAll) result.backwardsInAll++;
  else newestInAll = view.sequenceId;
}
