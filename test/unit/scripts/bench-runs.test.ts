import { describe, expect, it } from "vitest";

/** The benchmarks are JavaScript without types. */
const load = (name: string) => import(new URL(`../../../bench/${name}.mjs`, import.meta.url).href);
const { inOrder, keepOthers, runOf } = await load("runs/merge-runs");
const { compareRuns } = await load("runs/compare-runs");
const { comparisonSummary, comparisonTable } = await load("report/comparison");

const row = (suite: string, node: string, ratio: number, more: object = {}) => ({
  id: "",
  unit: "ns",
  value: ratio,
  valueLow: ratio,
  valueHigh: ratio,
  baseline: 1,
  baselineName: null,
  ratio,
  low: ratio - 0.1,
  high: ratio + 0.1,
  samples: 3,
  bar: null,
  barIs: null,
  isSpeedUp: false,
  ok: null,
  node,
  suite,
  name: "a row",
  machine: "m",
  ...more,
});
type Row = ReturnType<typeof row>;
const runWith = (rows: readonly Row[], details: object, machine = "m") => ({
  parts: [...new Set(rows.map(({ suite }) => suite))].map((suite) => ({ suite, date: "2026", minutes: 1 })),
  machine: { name: machine },
  nodes: [...new Set(rows.map(({ node }) => node))],
  rows,
  details,
});
const [reads20, reads22, isolation20] = [row("reads", "20", 1), row("reads", "22", 1), row("isolation", "20", 1)];
const recorded = [reads20, reads22, isolation20];
const both = runWith(recorded, { "keys 1000": 1, "flow library": 1 });
/** What became of the rows, without what they say of it. */
const rowsKept = (run: object, earlier: object): Row[] => keepOthers(run, earlier).run.rows;

describe("a run of one suite", () => {
  it("takes the place of that suite, and leaves the others as they were", () => {
    const reads = runWith([row("reads", "24", 2)], { "keys 1000": 2 });
    const { run, notes } = keepOthers(reads, { results: recorded, lastRun: both });
    expect(run.rows).toEqual([row("reads", "24", 2), isolation20]);
    expect(run).toMatchObject({ nodes: ["24", "20"], details: { "keys 1000": 2, "flow library": 1 } });
    expect(notes).toEqual([]);
    const fleet = runWith([row("fleet", "20", 3)], { yaml: 1 });
    expect(rowsKept(fleet, { results: recorded, lastRun: both })).toEqual([...recorded, ...fleet.rows]);
  });

  it("keeps the rows of results.json where there is no last run, or one that lacks the suite", () => {
    const fleet = runWith([row("fleet", "20", 3)], {});
    const alone = keepOthers(fleet, { results: recorded });
    expect(alone.run.rows).toEqual([...recorded, ...fleet.rows]);
    expect(alone.run.parts).toMatchObject([{ suite: "reads" }, { suite: "isolation" }, { suite: "fleet" }]);
    expect(alone.notes.join()).toMatch(/isolation are those of results\.json.*charts are not drawn/);
    const lastRun = runWith([row("fleet", "20", 2)], {});
    expect(rowsKept(fleet, { results: recorded, lastRun })).toEqual([...recorded, ...fleet.rows]);
  });

  it("prefers results.json to a last run that says otherwise, and draws no charts of that run", () => {
    const stale = runWith([row("isolation", "20", 9)], { "flow library": 9 });
    const reads = runWith([row("reads", "24", 2)], {});
    const { run } = keepOthers(reads, { results: recorded, lastRun: stale });
    expect(run.rows).toContainEqual(isolation20);
    expect(run.details).toEqual({});
  });

  it("keeps rows that lack what later forms have, of suites that later forms no longer have too", () => {
    const old = { suite: "isolation", name: "an old row", value: 3, node: "20", machine: "m" };
    const gone = { ...old, suite: "startup" };
    const first = { id: "P1", name: "of the form that knew no suites", value: 1, node: "20" };
    const fleet = runWith([row("fleet", "20", 3)], {});
    const kept = rowsKept(fleet, { results: { rows: [gone, first, old] } });
    expect(kept.map(({ suite }) => suite)).toEqual(["reads", "isolation", "fleet", "startup"]);
    expect(kept[1]).toMatchObject({ ...old, ratio: null, bar: null, ok: null });
  });

  it("says which rows it leaves out, and why", () => {
    const elsewhere = runWith([row("fleet", "20", 1)], {}, "another");
    const { run, notes } = keepOthers(elsewhere, { results: [...recorded, { name: "no suite" }, 7] });
    expect(run.rows).toEqual(elsewhere.rows);
    expect(notes).toEqual([
      "2 rows of results.json were left out: they do not say what they are, or of which suite.",
      '3 rows of results.json were left out: they are of another machine, "m".',
    ]);
  });

  it("keeps nothing of the suites that were measured anew", () => {
    const anew = runWith([row("reads", "20", 2), row("isolation", "20", 2)], {});
    expect(rowsKept(anew, { results: recorded, lastRun: both })).toEqual(inOrder(anew.rows));
  });

  it("is read back from an older form with what is known of it", () => {
    const facts = { machine: { name: "m", system: "s" }, packages: {} };
    expect(runOf({ rows: [{ suite: "reads", name: "a", value: 1, node: "20" }] }, facts)).toMatchObject({
      parts: [{ suite: "reads" }],
      machine: { system: "s" },
      nodes: ["20"],
      details: {},
      rows: [{ ratio: null }],
    });
  });
});

describe("a comparison of two runs", () => {
  const bound = { id: "P4", bar: 1.2, barIs: "at most, ratio" };

  it("finds that rows agree when their spreads overlap, and says how many would not by chance", () => {
    const earlier = [reads20, reads22];
    const comparison = compareRuns([row("reads", "20", 1.15), row("reads", "22", 1.3)], earlier);
    expect(comparison).toMatchObject({ compared: 2, agreeing: 1, others: [{ node: "22", now: { low: 1.2 } }] });
    // Of the 20 ways to choose three of six, two separate them fully.
    expect(comparison.byChance).toBeCloseTo(2 * (2 / 20));
  });

  it("names each row that left its spread and each bar that turned, and ends with one line", () => {
    const now = [
      row("reads", "20", 1.15, { ...bound, ok: true }),
      row("reads", "22", 1.3, { ...bound, ok: false }),
      row("reads", "24", 1, { samples: 1 }),
      row("reads", "26", 1),
    ];
    const earlier = [{ ...reads20, ...bound, ok: true }, { ...reads22, ...bound, ok: true }, row("reads", "24", 1)];
    const lines = comparisonTable(compareRuns(now, { rows: earlier }, "FILE")).split("\n");
    expect(lines.slice(2, -2)).toEqual([
      "| 22 | P4 | a row | 1.3 × (1.2–1.4) | 1 × (0.9–1.1) | left its spread |",
      "| 22 | P4 | a row | 1.3 × (1.2–1.4) | 1 × (0.9–1.1) | its bar, met before, is missed |",
    ]);
    expect(lines.at(-1)).toBe(
      "Compared with FILE: the spreads of 1 of 2 rows overlap, and those of 1 do not; about 0 would by chance alone, with so few " +
        "processes a row; 1 bar changed its verdict; not compared: 1 measured once, 1 that it lacks.",
    );
  });

  it("lists all rows that left their spreads, however many", () => {
    const names = Array.from({ length: 30 }, (_, i) => ({ name: `row ${i}` }));
    const now = names.map((name) => row("reads", "20", 2, name));
    const before = names.map((name) => row("reads", "20", 1, name));
    expect(comparisonTable(compareRuns(now, before)).match(/left its spread/g)).toHaveLength(30);
  });

  it("says so when nothing can be compared", () => {
    const elsewhere = [{ ...reads20, machine: "another" }];
    expect(comparisonSummary(compareRuns([reads20], elsewhere, "FILE"))).toMatch(/^Not compared with FILE: /);
  });
});
