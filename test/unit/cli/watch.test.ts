import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { ansiStyle, plainStyle } from "../../../packages/configstream/src/cli/terminal/style.js";
import { displayWidth } from "../../../packages/configstream/src/cli/terminal/text.js";
import { listing, type Seen, scroll } from "../../../packages/configstream/src/cli/watch/listing.js";
import { fits, scopeOf } from "../../../packages/configstream/src/cli/watch/options.js";
import { Rates } from "../../../packages/configstream/src/cli/watch/rates.js";
import { firstUi, press, type Ui } from "../../../packages/configstream/src/cli/watch/ui.js";
import { pageSize, renderWatch, type WatchModel } from "../../../packages/configstream/src/cli/watch/view.js";
import { liveStatus } from "../../support/cli/live-status.js";

const extent = { total: 100, page: 10 };

/** The state after some keys, each by its name; single letters are characters. */
function pressed(ui: Ui, ...names: readonly string[]): Ui | undefined {
  return names.reduce<Ui | undefined>(
    (now, name) => now && press(now, { name, isCharacter: name.length === 1 }, extent),
    ui,
  );
}

describe("keys of the live view", () => {
  it("search as one types, keep the search with Enter, and drop it with Escape", () => {
    expect(pressed(firstUi, "/", "q", "s")).toMatchObject({ search: "qs", typing: true });
    expect(pressed(firstUi, "/", "a", "b", "BACKSPACE", "ENTER")).toMatchObject({ search: "a", typing: false });
    expect(pressed(firstUi, "/", "a", "ESCAPE")).toMatchObject({ search: "", typing: false });
    expect(pressed(firstUi, "/", "a", "ENTER", "ESCAPE")).toMatchObject({ search: "" });
    expect(pressed(firstUi, "/", "日", "BACKSPACE", "BACKSPACE")).toMatchObject({ search: "", typing: false });
  });

  it("move within the rows that there are", () => {
    expect(pressed(firstUi, "UP")?.selected).toBe(0);
    expect(pressed(firstUi, "DOWN", "PAGE_DOWN", "j")?.selected).toBe(12);
    expect(pressed(firstUi, "END", "DOWN")?.selected).toBe(99);
    expect(pressed(firstUi, "END", "PAGE_UP", "HOME")?.selected).toBe(0);
    expect(press(firstUi, { name: "DOWN", isCharacter: false }, { total: 0, page: 10 })?.selected).toBe(0);
  });

  it("sort, narrow, unmask, open the layers, and leave", () => {
    expect(pressed(firstUi, "s")?.sort).toBe("age");
    expect(pressed(firstUi, "s", "s", "s")?.sort).toBe("key");
    expect(pressed(firstUi, "c", "m", "ENTER")).toMatchObject({ changedOnly: true, showSecrets: true, details: true });
    expect(pressed(firstUi, "q")).toBeUndefined();
    expect(pressed(firstUi, "/", "CTRL_C")).toBeUndefined();
    expect(pressed(firstUi, "x")).toEqual(firstUi);
  });
});

describe("the listing", () => {
  const sources: { [key: string]: string } = { a: "default", b: "cli", c: "file", d: "odd" };
  const seenAt = (atMs: number): Seen => ({ atMs, changes: 1, oldValue: "", newValue: "" });
  const list = (ui: Partial<Ui>) =>
    listing({
      keys: ["a", "b", "c", "d"],
      sourceOf: (key) => sources[key] ?? "",
      seen: new Map([
        ["c", seenAt(10)],
        ["a", seenAt(20)],
        ["gone", seenAt(5)],
      ]),
      ui: { ...firstUi, ...ui },
    });

  it("sorts by key, by age with what never changed at the end, and by priority of the source", () => {
    expect(list({})).toEqual(["a", "b", "c", "d"]);
    expect(list({ sort: "age" })).toEqual(["a", "c", "b", "d"]);
    expect(list({ sort: "source" })).toEqual(["b", "c", "d", "a"]);
  });

  it("narrows to names and sources that hold the search, and to what changed, the removed included", () => {
    expect(list({ search: "CLI" })).toEqual(["b"]);
    expect(list({ search: "c" })).toEqual(["b", "c"]);
    expect(list({ changedOnly: true })).toEqual(["a", "c", "gone"]);
  });

  it("scrolls as little as possible to keep the selected row on the screen", () => {
    expect(scroll(0, 5, 10, 100)).toBe(0);
    expect(scroll(0, 10, 10, 100)).toBe(1);
    expect(scroll(20, 5, 10, 100)).toBe(5);
    expect(scroll(95, 99, 10, 100)).toBe(90);
    expect(scroll(5, 0, 10, 3)).toBe(0);
  });

  it("takes the command's filters as the subscription does", () => {
    expect(["LOG", "logs"].map((name) => fits({ timeout: 1, prefix: "Log" })(name.toLowerCase()))).toEqual([
      true,
      true,
    ]);
    expect(["a", "b"].map(fits({ timeout: 1, key: ["B"] }))).toEqual([false, true]);
    expect(scopeOf({ timeout: 1, key: ["a", "b"] })).toBe("only a, b");
  });
});

describe("the rates", () => {
  it("count the last minute, and the last five whole seconds per second", () => {
    const rates = new Rates(0);
    for (let at = 0; at < 10; at++) rates.add(1_000 + at);
    expect(rates.perSecond(1_500)).toBe(0);
    expect(rates.perSecond(2_000)).toBe(2);
    expect(rates.perSecond(6_999)).toBe(2);
    expect(rates.perSecond(7_000)).toBe(0);
    expect([rates.lastMinute(60_999), rates.lastMinute(61_000), rates.total]).toEqual([10, 0, 10]);
  });

  it("draw each second as a bar, the highest as a full one", () => {
    const rates = new Rates(0);
    rates.add(0);
    for (let i = 0; i < 4; i++) rates.add(1_000);
    expect(rates.sparkline(4, 2_000)).toBe("▁▃█▁");
    expect(rates.sparkline(1_000, 2_000)).toHaveLength(60);
  });
});

const model: WatchModel = {
  columns: 100,
  rows: 24,
  address: "127.0.0.1:5001",
  elapsedMs: 65_000,
  status: liveStatus,
  downForMs: undefined,
  rates: { perSecond: 1.2, lastMinute: 7, total: 70 },
  sparkline: (columns) => "▁".repeat(columns),
  ui: firstUi,
  scope: "",
  watched: 2_071,
  total: 2_071,
  top: 0,
  table: Array.from({ length: 16 }, (_, index) => ({
    key: `logs_config.a_rather_long_name_of_a_setting_${index}`,
    value: index === 2 ? `["${"日本語".repeat(30)}"]` : '"info"',
    source: "environment-variable",
    ageMs: index === 1 ? 100 : undefined,
    removed: index === 3,
  })),
  details: undefined,
};

describe("the live view", () => {
  it.each([
    [50, 12],
    [80, 24],
    [100, 30],
    [180, 50],
  ])("fills a terminal of %i columns and %i rows without exceeding it, with and without layers", (columns, rows) => {
    const layers = Array.from({ length: 9 }, (_, index) => ({ source: `s${index}`, value: "x".repeat(300) }));
    for (const details of [false, true]) {
      const table = model.table.slice(0, pageSize(rows, details));
      const ui = { ...firstUi, details };
      const shown = {
        ...model,
        columns,
        rows,
        table,
        ui,
        details: { key: "k".repeat(90), history: "h".repeat(300), layers },
      };
      const lines = renderWatch(shown, ansiStyle).map(stripVTControlCharacters);
      expect(lines).toHaveLength(rows - 1);
      for (const line of lines) expect(displayWidth(line)).toBe(columns);
    }
  });

  it("has the same lines with and without colours", () => {
    expect(renderWatch(model, ansiStyle).map(stripVTControlCharacters)).toEqual(renderWatch(model, plainStyle));
  });

  it("marks what has just changed, tells ages, and what is removed", () => {
    const text = renderWatch(model, plainStyle).join("\n");
    expect(text.match(/▸/g)).toHaveLength(1);
    expect(text).toContain(">1 min");
    expect(text).toContain("(removed)");
    expect(text).toContain("1.2/s   7 in the last minute   70 in all");
  });

  it("tells during an outage for how long, what comes next, and why", () => {
    const lastError = { code: "unavailable", message: "Nothing listens there.", atMs: 0 };
    const status = { ...liveStatus, state: "stale" as const, attempt: 3, nextAttemptInMs: 1_250, lastError };
    const [, first, second] = renderWatch({ ...model, status, downForMs: 12_000 }, plainStyle);
    expect(first).toContain("● stale for 12 s, the last settings are shown   3 failed, next attempt in 2 s");
    expect(second).toContain("Nothing listens there.");
  });

  it("says why the table is empty", () => {
    const empty = (more: Partial<WatchModel>) =>
      renderWatch({ ...model, table: [], total: 0, ...more }, plainStyle).join();
    expect(empty({ ui: { ...firstUi, search: "zz" } })).toContain("No setting fits the search");
    expect(empty({ ui: { ...firstUi, changedOnly: true } })).toContain("Nothing has changed yet");
    expect(empty({ status: { ...liveStatus, ready: false } })).toContain("have not arrived yet");
    expect(empty({ watched: 0 })).toContain("they are watched for");
  });

  it("tells what is too small instead of drawing into each other", () => {
    const lines = renderWatch({ ...model, columns: 30, rows: 5 }, plainStyle);
    expect(lines.join("\n")).toContain("The view needs");
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(30);
  });
});
