import { expect, test } from "vitest";

/** The benchmarks are JavaScript without types. */
const load = (name: string) => import(new URL(`../../../bench/lib/${name}.mjs`, import.meta.url).href);
const { inOrder, keepOthers } = await load("merge-runs");
const { compareRuns } = await load("compare-runs");

const row = (suite: string, node: string, ratio: number, samples = 3) => ({
  suite,
  node,
  name: "a row",
  machine: "m",
  samples,
  ratio,
  low: ratio - 0.1,
  high: ratio + 0.1,
});
const runOf = (rows: readonly ReturnType<typeof row>[], details: object, machine = "m") => ({
  parts: [...new Set(rows.map(({ suite }) => suite))].map((suite) => ({ suite })),
  machine: { name: machine },
  nodes: [...new Set(rows.map(({ node }) => node))],
  rows,
  details,
});
const both = runOf([row("reads", "20", 1), row("reads", "22", 1), row("isolation", "20", 1)], { keys: 1, flow: 1 });

test("a run of one suite takes the place of that suite, and leaves the other as it was", () => {
  const reads = runOf([row("reads", "24", 2)], { keys: 2 });
  const merged = keepOthers(both, reads);
  expect(merged.rows).toEqual([row("reads", "24", 2), row("isolation", "20", 1)]);
  expect(merged).toMatchObject({ nodes: ["24", "20"], details: { keys: 2, flow: 1 } });
  const isolation = runOf([row("isolation", "22", 2)], { flow: 2 });
  expect(keepOthers(both, isolation).rows).toEqual(inOrder([...isolation.rows, ...both.rows.slice(0, 2)]));
  const fleet = runOf([row("fleet", "20", 3)], { yaml: 1 });
  expect(keepOthers(both, fleet).rows).toEqual([...both.rows, ...fleet.rows]);
});

test("rows of another machine, and of suites that were measured anew, are not kept", () => {
  const elsewhere = runOf([row("reads", "20", 1)], {}, "another");
  expect(keepOthers(both, elsewhere)).toBe(elsewhere);
  const anew = runOf([row("reads", "20", 2), row("isolation", "20", 2)], {});
  expect(keepOthers(both, anew)).toBe(anew);
});

test("rows agree when their spreads overlap, and it is said how many would not by chance", () => {
  const earlier = { rows: [row("reads", "20", 1), row("reads", "22", 1)] };
  const comparison = compareRuns([row("reads", "20", 1.15), row("reads", "22", 1.3)], earlier);
  expect(comparison).toMatchObject({ compared: 2, agreeing: 1, others: [{ node: "22", now: { low: 1.2 } }] });
  // Of the 20 ways to choose three of six, two separate them fully.
  expect(comparison.byChance).toBeCloseTo(2 * (2 / 20));
  expect(compareRuns([row("reads", "20", 1, 1)], earlier)).toBeUndefined();
});
