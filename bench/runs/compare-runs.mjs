// Whether a run agrees with an earlier one: a row does when the spreads of the two runs overlap.
import { hasBound } from "./bars.mjs";
import { rowsOf } from "./recorded.mjs";

/**
 * `earlier`: the results of that run, in any form; `against`: what to call them. Gives { against, compared, agreeing, byChance, others, turned,
 * skipped }: `others` are the rows whose spreads lie apart, `turned` those whose bar was met in one run and missed in the other, `skipped` says
 * how many rows could not be compared and why.
 */
export function compareRuns(rows, earlier, against = "the run before") {
  const known = new Map(rowsOf(earlier).rows.map((row) => [keyOf(row), row]));
  const pairs = rows.flatMap((row) => (known.has(keyOf(row)) ? [{ row, before: known.get(keyOf(row)) }] : []));
  const comparable = pairs.filter(({ row, before }) => hasSpread(row) && hasSpread(before));
  const others = comparable.filter(({ row, before }) => !agree(row, before));
  return {
    against,
    compared: comparable.length,
    agreeing: comparable.length - others.length,
    byChance: comparable.reduce((sum, { row, before }) => sum + chanceApart(row.samples, before.samples), 0),
    others: others.map(difference),
    turned: pairs.filter(({ row, before }) => hasTurned(row, before)).map(difference),
    skipped: { withoutSpread: pairs.length - comparable.length, new: rows.length - pairs.length },
  };
}

function keyOf({ node, suite, name, machine }) {
  return JSON.stringify([node, suite, name, machine]);
}

function hasSpread(row) {
  const { low, high } = spread(row);
  return row.samples > 1 && Number.isFinite(low) && Number.isFinite(high);
}

/** Only under the same bound does it say something of the code. */
function hasTurned(row, before) {
  return hasBound(row) && row.bar === before.bar && row.ok !== null && before.ok !== null && row.ok !== before.ok;
}

function difference({ row, before }) {
  const { node, id, name, ok } = row;
  return { node, id, name, now: spread(row), before: spread(before), unit: unitOf(row), ok, wasOk: before.ok };
}

/**
 * How likely n and m samples of one distribution are fully separated: of all ways to choose which of them are the n, two put
 * these below or above all others.
 */
function chanceApart(n, m) {
  let ways = 1;
  for (let i = 1; i <= n; i++) ways *= (m + i) / i;
  return 2 / ways;
}

function agree(a, b) {
  const [x, y] = [spread(a), spread(b)];
  return x.low <= y.high && y.low <= x.high;
}

/** The spread of the ratio, where there is one: values vary with the load of the machine, ratios hardly do. */
function spread({ ratio, low, high, value, valueLow, valueHigh }) {
  return ratio === null ? { median: value, low: valueLow, high: valueHigh } : { median: ratio, low, high };
}

function unitOf({ ratio, unit }) {
  return ratio === null ? unit : "×";
}
