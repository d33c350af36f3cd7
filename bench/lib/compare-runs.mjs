// Whether a run agrees with an earlier one: a row does when the spreads of the two runs overlap.

/** Gives { compared, agreeing, byChance, others }; `undefined` when the earlier run was on another machine or version. */
export function compareRuns(rows, earlier) {
  if (earlier === undefined) return undefined;
  const known = new Map(earlier.rows.map((row) => [keyOf(row), row]));
  const pairs = rows.flatMap((row) => {
    const before = known.get(keyOf(row));
    return before === undefined || before.samples < 2 || row.samples < 2 ? [] : [{ row, before }];
  });
  if (pairs.length === 0) return undefined;
  const others = pairs.filter(({ row, before }) => !agree(row, before));
  return {
    compared: pairs.length,
    agreeing: pairs.length - others.length,
    byChance: pairs.reduce((sum, { row, before }) => sum + chanceApart(row.samples, before.samples), 0),
    others: others.map(({ row, before }) => ({
      node: row.node,
      name: row.name,
      now: spread(row),
      before: spread(before),
    })),
  };
}

function keyOf({ node, suite, name, machine }) {
  return JSON.stringify([node, suite, name, machine]);
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
