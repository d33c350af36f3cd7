import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { spin, summarize } from "../../../packages/configstream/src/cli/demo/hot-loop.js";
import { round } from "../../../packages/configstream/src/cli/demo/script.js";
import { renderView, type ViewModel } from "../../../packages/configstream/src/cli/demo/view.js";
import { withValue } from "../../../packages/configstream/src/cli/demo/workspace.js";
import { ansiStyle, plainStyle } from "../../../packages/configstream/src/cli/terminal/style.js";
import { displayWidth } from "../../../packages/configstream/src/cli/terminal/text.js";
import { liveStatus } from "../../support/cli/live-status.js";

const model: ViewModel = {
  columns: 80,
  rows: 24,
  elapsedMs: 61_000,
  startingWith: undefined,
  status: liveStatus,
  readyMs: 290,
  agent: "127.0.0.1:40000, process 4000",
  yamlFile: "/tmp/a-folder-with-a-long-name/and-another-one/datadog.yaml",
  settings: Array.from({ length: 12 }, (_, index) => ({
    key: `logs_config.some_long_setting_${index}`,
    value: index === 3 ? `["${"日本語".repeat(30)}"]` : '"info"',
    source: "environment-variable",
    sequenceId: "12",
    latency: "1.20 ms",
    ageMs: index === 0 ? 100 : undefined,
  })),
  recent: [{ time: "12:00:00", key: "log_level", oldValue: '"info"', newValue: '"debug"', source: "file" }],
  hotLoop: { readsPerSecond: 187e6, lastedMs: 1_000, written: 16, seen: 16, latencyMs: { median: 0.8, max: 2 } },
  metrics: [
    ["snapshots", "1"],
    ["updates", "12"],
  ],
};

describe("the live view", () => {
  it.each([
    [60, 18],
    [80, 24],
    [100, 30],
    [140, 40],
    [160, 60],
  ])("fills a terminal of %i columns and %i rows without exceeding it", (columns, rows) => {
    const lines = renderView({ ...model, columns, rows }, ansiStyle).map(stripVTControlCharacters);
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(displayWidth(line)).toBe(columns);
  });

  it("has the same lines with and without colours", () => {
    expect(renderView(model, ansiStyle).map(stripVTControlCharacters)).toEqual(renderView(model, plainStyle));
  });

  it("tells what is too small instead of drawing into each other", () => {
    const lines = renderView({ ...model, columns: 30, rows: 5 }, plainStyle);
    expect(lines.join("\n")).toContain("The view needs");
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(30);
  });

  it("marks what has just changed, and shows an outage with its reason", () => {
    const text = renderView(model, plainStyle).join("\n");
    expect(text.match(/▸/g)).toHaveLength(1);
    const status = {
      ...liveStatus,
      state: "stale" as const,
      lastError: { code: "x", message: "It is gone.", atMs: 0 },
    };
    expect(renderView({ ...model, status }, plainStyle)[1]).toContain("● stale   It is gone.");
  });
});

describe("the hot loop", () => {
  it("reads until its time is over, and notes each new value once", () => {
    let now = 0;
    let reads = 0;
    const handle = {
      get value() {
        reads += 1;
        return reads > 10_000 ? 3 : reads > 5_000 ? 2 : 1;
      },
    };
    const run = spin(handle, 10, () => now++);
    expect(run.sightings.map(({ value }) => value)).toEqual([2, 3]);
    expect(run.lastedMs).toBeGreaterThanOrEqual(10);
    expect(run.reads).toBe(reads - 1);
  });

  it("counts only what was written meanwhile and truly read", () => {
    const run = {
      reads: 5_000,
      lastedMs: 500,
      sightings: [
        { value: 1, atMs: 12 },
        { value: 3, atMs: 33 },
      ],
    };
    const written = [
      { value: 1, atMs: 10 },
      { value: 2, atMs: 20 },
      { value: 3, atMs: 30 },
    ];
    const expected = { readsPerSecond: 10_000, lastedMs: 500, written: 3, seen: 2, latencyMs: { median: 2.5, max: 3 } };
    expect(summarize(run, written)).toEqual(expected);
  });
});

describe("the demo's changes", () => {
  it("take back what they set, so that a round can be repeated", () => {
    const set = new Set<string>();
    for (const { key, source, value } of round) {
      if (value === undefined) expect(set.delete(`${key} ${source}`)).toBe(true);
      else set.add(`${key} ${source}`);
    }
    expect([...set]).toEqual([]);
  });

  it("edit one top-level line of the YAML file and nothing else", () => {
    expect(withValue("a: 1\n# log_level: x\nlog_level: info\nb:\n  log_level: y\n", "log_level", "debug")).toBe(
      "a: 1\n# log_level: x\nlog_level: debug\nb:\n  log_level: y\n",
    );
    expect(withValue("a: 1\n", "log_level", "debug")).toBeUndefined();
  });
});
