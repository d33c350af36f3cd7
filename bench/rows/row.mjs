// One result: a subject against a baseline, over several processes.
import { summary } from "../lib/distribution.mjs";

/**
 * @param subjects Values of the subject, one a process. @param baselines Likewise; the pair of one process makes one ratio.
 * @param bar `{ atMost }` or `{ atLeast }` of the ratio, or with `of: "value"` of the value; absent: no bar. `isSpeedUp`: the
 * ratio says how many times faster the subject is, not what share of the baseline it takes.
 */
export function row({ suite, id = "", name, unit, subjects, baselines, baselineName, bar, isSpeedUp = false }) {
  const value = summary(subjects);
  const baseline = baselines && summary(baselines);
  const ratios = subjects.map((subject, i) =>
    baselines === undefined ? Number.NaN : isSpeedUp ? baselines[i] / subject : subject / baselines[i],
  );
  const ratio = baselines && summary(ratios);
  const judged = bar?.of === "value" ? value : ratio;
  // What could not be measured is neither met nor missed.
  const ok = bar === undefined || !Number.isFinite(judged?.median) ? null : isWithin(judged.median, bar);
  return {
    id,
    suite,
    name,
    value: rounded(value.median),
    unit,
    valueLow: rounded(value.low),
    valueHigh: rounded(value.high),
    baseline: baseline ? rounded(baseline.median) : null,
    baselineName: baselineName ?? null,
    ratio: ratio ? rounded(ratio.median) : null,
    low: ratio ? rounded(ratio.low) : null,
    high: ratio ? rounded(ratio.high) : null,
    samples: value.samples,
    bar: bar ? (bar.atMost ?? bar.atLeast) : null,
    barIs: bar ? `${bar.atMost === undefined ? "at least" : "at most"}, ${bar.of ?? "ratio"}` : null,
    isSpeedUp,
    ok,
  };
}

function isWithin(median, { atMost = Infinity, atLeast = -Infinity }) {
  return median <= atMost && median >= atLeast;
}

export function rounded(value) {
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : null;
}
