// The bars of the reading path, as rows of { name, value, unit, baseline, ratio, bar, ok } with the spread beside.
import { summary } from "./measure.mjs";

const maps = (old, recent) => (major) => (major <= 20 ? old : recent);

const definitions = [
  [
    "P1",
    "handle.value against a field getter",
    maps(2, 6),
    ({ small }) => [small.constant["handle.value"], small.constant.field],
  ],
  [
    "P2",
    "handle.value against Map.get, constant key",
    maps(0.35, 0.8),
    ({ small }) => [small.constant["handle.value"], small.constant["Map.get"]],
  ],
  [
    "P3",
    "getInt against Map.get, constant key, 1,000 settings",
    maps(1.25, 1.6),
    ({ small }) => [small.constant.getInt, small.constant["Map.get"]],
  ],
  [
    "P4",
    "getInt against Map.get, rotating keys, 1,000 settings",
    maps(1.4, 1.6),
    ({ small }) => [small.rotating.getInt, small.rotating["Map.get"]],
  ],
  [
    "P4",
    "getInt against Map.get, rotating keys, 100,000 settings",
    maps(2, 2),
    ({ large }) => [large.rotating.getInt, large.rotating["Map.get"]],
  ],
  [
    "P12",
    "handle.value in a second thread while the first reads",
    maps(1.1, 1.1),
    ({ threads }) => [threads.together["handle.value"], threads.alone["handle.value"]],
  ],
  [
    "P12",
    "getInt in a second thread while the first reads",
    maps(1.1, 1.1),
    ({ threads }) => [threads.together.getInt, threads.alone.getInt],
  ],
  [
    "noise",
    "the same loop measured twice",
    maps(undefined, undefined),
    ({ small }) => [small.constant["field again"], small.constant.field],
  ],
  [
    "",
    "getInt of a missing key against Map.get, 1,000 settings",
    maps(undefined, undefined),
    ({ small }) => [small.rotating["getInt, missing key"], small.rotating["Map.get"]],
  ],
];

/**
 * Rows for one version of Node.js, from the runs of several processes: medians over the processes, and the ratio is the median
 * of the processes' ratios. The spread is that of the ratio.
 */
export function bars(major, runs, memory) {
  const rows = definitions.map(([id, name, barOf, pick]) => {
    const pairs = runs.map(pick);
    const ratio = summary(pairs.map(([subject, baseline]) => subject.median / baseline.median));
    const bar = barOf(major);
    return {
      id,
      name,
      value: round(summary(pairs.map(([subject]) => subject.median)).median),
      unit: "ns",
      baseline: round(summary(pairs.map(([, baseline]) => baseline.median)).median),
      ratio: round(ratio.median),
      low: round(ratio.low),
      high: round(ratio.high),
      samples: ratio.samples,
      bar: bar ?? null,
      ok: bar === undefined ? null : ratio.median <= bar,
    };
  });
  const { regionBytes: value, msgpackBytes: baseline } = memory;
  const ratio = round(memory.ratio);
  const name = "region bytes per msgpack byte, 100,000 settings";
  const spread = { ratio, low: ratio, high: ratio, samples: 1 };
  rows.push({ id: "P11", name, value, unit: "bytes", baseline, ...spread, bar: 2.5, ok: memory.ratio <= 2.5 });
  return rows;
}

function round(value) {
  return Number(value.toPrecision(3));
}
