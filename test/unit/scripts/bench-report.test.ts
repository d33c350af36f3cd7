import { describe, expect, it } from "vitest";

/** The benchmarks are JavaScript without types. */
const load = (name: string) => import(new URL(`../../../bench/${name}.mjs`, import.meta.url).href);
const { row } = await load("rows/row");
const { getIntName, handleName, mainCpuName, peerName, processNames, stallName } = await load("rows/names");
const { packageRows } = await load("rows/package");
const { renderReport } = await load("report/report");
const { renderTables } = await load("report/tables");

const made = (suite: string, name: string, [subject, baseline]: readonly number[], more: object = {}) => ({
  ...row({ suite, name, unit: "ns", subjects: [subject], baselines: baseline && [baseline], ...more }),
  node: "v20.1.0",
  machine: "m",
});
const judged = { id: "P3", bar: { atMost: 1.1 } };
const faster = { isSpeedUp: true };
const reads = [
  made("reads", handleName, [0.5, 4]),
  made("reads", getIntName, [5, 4], judged),
  made("reads", peerName("getInt", "convict"), [5, 90], faster),
  made("reads", peerName("getInt", "comlink call"), [5, 90_000], faster),
];
const isolation = [
  made("isolation", mainCpuName(10_000), [0.005, 5], { unit: "% of a core" }),
  made("isolation", stallName("100,000 settings"), [4, 160], { unit: "ms" }),
  made("isolation", processNames.nothing, [15], { unit: "MiB" }),
  made("isolation", processNames.library, [34], { unit: "MiB" }),
];
const installed = [{ packages: 46, megabytes: 25.9, importMs: 72, grpcMs: 127 }];
const runWith = (rows: object[], suites: readonly string[]) => ({
  machine: { name: "m", system: "s", cpuTimeFrom: "the kernel" },
  nodes: ["v20.1.0"],
  parts: suites.map((suite) => ({ suite })),
  packages: {},
  rows,
  details: {},
});
const whole = runWith(
  [
    ...reads,
    ...isolation,
    ...packageRows(new Map([["installation", installed]])).map((one: object) => ({ ...one, node: "v20.1.0" })),
  ],
  ["reads", "isolation", "package"],
);
/** What is read of a page, without its marks and its style. */
const textOf = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("the report", () => {
  it("has on its first page what a read costs, what the main thread notices and what a process takes", () => {
    const [first = ""] = renderReport(whole).split("</header>");
    const text = textOf(first);
    expect(text).toContain(
      "handle.value 0.5 ns 10× faster Map.get(key) 4 ns 1.25× faster getInt(key) 5 ns the measure",
    );
    expect(text).toContain("convict 90 ns 18× slower a call to a worker 90 µs 18,000× slower");
    expect(text).toContain("in-thread 5 % this library 0.005 % 1,000× less");
    expect(text).toContain("in-thread 160 ms this library 4 ms 40× less");
    expect(text).toContain("Node.js alone 15 MiB this consumer 34 MiB +19");
    expect(text).toContain("A production install: 46 packages, 25.9 MB.");
  });

  it("leads from how many bounds are met to the bars that are not, and to those that were not measured", () => {
    const html: string = renderReport(whole);
    expect(textOf(html)).toContain("3 bounds met · 1 missed in P3 · 20 bars not measured here: P1 P2 P4");
    const targets = [...html.matchAll(/href="#(\w+)"/g)].map(([, id]) => id);
    expect(targets).toHaveLength(21);
    expect(targets.filter((id) => !html.includes(` id="${id}"`))).toEqual([]);
  });

  it("needs nothing but itself, and no script", () => {
    expect(renderReport(whole)).not.toMatch(/<script|<link|src=|url\(|@import|https?:/);
  });

  it("is drawn with what there is when a suite was not measured, or lacks what charts are drawn from", () => {
    expect(textOf(renderReport(runWith([], [])))).toContain("npm run bench -- --suite reads measures it.");
    const details = { "keys 1000": [{ constant: {} }] };
    expect(textOf(renderReport({ ...whole, details }))).toContain("there is none: npm run bench -- --suite reads");
  });

  it("has numbers that were not measured neither as bars nor as verdicts", () => {
    const nothing = made("isolation", mainCpuName(10_000), [Number.NaN, 5], { id: "P6", bar: { atMost: 0.005 } });
    const run = runWith([nothing], ["isolation"]);
    const recorded = { ...run, rows: JSON.parse(JSON.stringify(run.rows)) };
    expect(textOf(renderReport(recorded))).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(renderTables(recorded)).toMatch(/\| P6 \|.*main-thread CPU.*not measured/);
  });
});
