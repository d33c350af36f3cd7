// Reads without a pause and checks everything that it sees.
import { parentPort, workerData } from "node:worker_threads";
import { createReader } from "../../../dist/main/reader/reader.js";
import { Region } from "../../../dist/memory/region.js";
import {
  countKeys,
  fromText,
  groupKeys,
  isWhole,
  looseKeys,
  READS,
  READS_PER_UNIT,
  STOP,
  sumOf,
  textKeys,
} from "./words.mjs";

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
const fleetingKeys = Array.from({ length: 200 }, (_, i) => `fleeting.${i}`);
const handles = new Map(keys.map((key) => [key, reader.setting(key).as((value) => value)]));
const lastSeen = new Map();
const texts = new Map();
const counts = new Map();
const fleeting = new Map();
/** Publishes that may come between two reads of this thread, on a machine that stops it for seconds. */
const MOST_UNSEEN = 1e6;
let newestInAll = 0;

while (Atomics.load(control, STOP) === 0) {
  for (let i = 0; i < READS_PER_UNIT; i++) {
    const turn = i >> 2;
    const key = keys[turn % keys.length];
    switch (i & 3) {
      case 0:
        observe(key, handles.get(key).value);
        break;
      case 1:
        observe(key, reader.get(key));
        break;
      case 2:
        observeText(textKeys[turn % textKeys.length]);
        break;
      default:
        observeCount(countKeys[turn % countKeys.length]);
        observeFleeting(fleetingKeys[turn % fleetingKeys.length]);
    }
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

/** By the getter of hot loops; takes the text apart only when it has changed. */
function observeText(key) {
  const text = reader.getString(key);
  const before = texts.get(key);
  let value = before?.value;
  if (text !== before?.text) {
    value = fromText(text);
    texts.set(key, { text, value });
  }
  observe(key, text === "" ? undefined : value);
}

/**
 * A number carries no checksum; it is what a publish wrote if it is neither older than the last one read nor newer than any
 * publish made.
 */
function observeCount(key) {
  const number = reader.getInt(key);
  if (number !== counts.get(key)?.number) counts.set(key, { key, number, pad: "", sum: sumOf(key, number, 0) });
  observe(key, number === 0 ? undefined : counts.get(key));
}

/** A key that comes and goes holds the number of the publish in which it came last. */
function observeFleeting(key) {
  const number = reader.getInt(key, -1);
  if (number === -1) return;
  if (number < (fleeting.get(key) ?? 0) || number > newestInAll + MOST_UNSEEN) result.backwards++;
  fleeting.set(key, number);
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
