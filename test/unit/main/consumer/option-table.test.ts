import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { consumerOptionTable } from "../../../../src/main/consumer/option-table.js";

const source = readFileSync(new URL("../../../../src/main/consumer/options.ts", import.meta.url), "utf8");

/** The documentation in front of an option, on one line. */
function docOf(name: string): string {
  const at = source.search(new RegExp(`^  readonly ${name}\\?:`, "m"));
  const before = source.slice(0, at);
  return before.slice(before.lastIndexOf("/**")).replace(/\s*\n\s*\*\s*/g, " ");
}

const rows = Object.entries(consumerOptionTable).filter(([, row]) => row.facts.length > 0);

describe("the documentation of an option", () => {
  it("is looked at for all options that are numbers", () => {
    expect(rows.length).toBeGreaterThan(10);
  });

  it.each(rows)("says the default and the range that the table has: %s", (name, { facts }) => {
    const doc = docOf(name);
    for (const fact of facts) {
      if (fact === Number.MAX_SAFE_INTEGER) expect(doc).toContain("or more");
      else expect(doc).toContain(fact.toLocaleString("en-US"));
    }
  });
});

const second = 1_000;
const hour = 3_600 * second;
const day = 86_400 * second;
const mib = 2 ** 20;
const whole = {};
const parts = { hasParts: true };
const endless = { isEndless: true };
const longest = Number.MAX_SAFE_INTEGER;

/** Options that are numbers: default, least, most, and what else they may be. */
const ranges: [string, number, number, number, { readonly hasParts?: true; readonly isEndless?: true }][] = [
  ["backoff.initialMs", 500, 1, hour, whole],
  ["backoff.maxMs", 30 * second, 500, hour, whole],
  ["backoff.floorMs", 250, 1, 30 * second, whole],
  ["backoff.factor", 2, 1, 10, parts],
  ["backoff.resetAfterMs", 60 * second, 0, day, whole],
  ["keepaliveIntervalMs", 30 * second, 100, day, whole],
  ["keepaliveTimeoutMs", 10 * second, 10, hour, whole],
  ["keepaliveRefusedIntervalMs", 330 * second, 100, day, whole],
  ["maxReceiveMessageBytes", 128 * mib, 1_024, 2 ** 31 - 1, whole],
  ["resyncTimeoutMs", 5 * second, 1, hour, whole],
  ["settleMs", 0, 0, 10 * second, whole],
  ["credentialsTimeoutMs", 60 * second, 0, day, whole],
  ["credentialsPollMs", 2 * second, 10, hour, whole],
  ["callTimeoutMs", 5 * second, 1, hour, whole],
  ["limits.maxKeys", 1_000_000, 1, 2_000_000, whole],
  ["limits.maxValueBytes", 16 * mib, 16, 16 * mib, whole],
  ["limits.maxRegionBytes", 1_024 * mib, mib, 2_048 * mib, whole],
  ["cache.maxAgeMs", 7 * day, second, 3_650 * day, endless],
  ["cache.writeIntervalMs", 30 * second, 100, day, whole],
  ["cache.waitForFreshMs", 5 * second, 0, hour, whole],
  ["readyTimeoutMs", 60 * second, 0, longest, { ...parts, ...endless }],
  ["stopTimeoutMs", 3 * second, 1, 600 * second, whole],
  ["workerTimeoutMs", 60 * second, 4 * second, hour, endless],
  ["subscriptionBuffer", 1_000, 1, 1_000_000, whole],
];

/** What an option is by the table when it is given as this, alone in its group. */
function read(path: string, given: unknown): unknown {
  const [name, inner] = path.split(".") as [keyof typeof consumerOptionTable, string | undefined];
  if (inner === undefined) return consumerOptionTable[name].read(name, given);
  const group = name === "cache" ? { path: "/cache", [inner]: given } : { [inner]: given };
  return (consumerOptionTable[name].read(name, group) as Record<string, unknown>)[inner];
}

describe("an option that is a number", () => {
  it("is in the list below", () => {
    const names = new Set(ranges.map(([path]) => path.split(".")[0]));
    expect(rows.map(([name]) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it.each(ranges)("has its default, and takes what is in its range alone: %s", (path, fallback, least, most, may) => {
    expect(read(path, undefined)).toBe(fallback);
    for (const given of [least, most]) expect(read(path, given)).toBe(given);
    const beyond = most === longest ? [least - 1] : [least - 1, most + 1];
    for (const given of [...beyond, Number.NaN, Number.NEGATIVE_INFINITY, "5", null]) {
      expect(() => read(path, given), String(given)).toThrow(`Option "${path}" must be`);
    }
    const conditional = [
      [least + 0.5, may.hasParts],
      [Number.POSITIVE_INFINITY, may.isEndless],
    ] as const;
    for (const [given, isAllowed] of conditional) {
      if (isAllowed) expect(read(path, given)).toBe(given);
      else expect(() => read(path, given), String(given)).toThrow(`Option "${path}" must be`);
    }
  });

  it("of the back-off has bounds that follow those before it", () => {
    const backoff = (given: object) => consumerOptionTable.backoff.read("backoff", given);
    expect(backoff({ initialMs: 40_000 })).toMatchObject({ initialMs: 40_000, maxMs: 40_000, floorMs: 250 });
    expect(backoff({ initialMs: 40, maxMs: 40 })).toMatchObject({ maxMs: 40, floorMs: 40 });
    expect(() => backoff({ initialMs: 40, maxMs: 39 })).toThrow('"backoff.maxMs" must be a whole number from 40 to');
    expect(() => backoff({ maxMs: 600, floorMs: 601 })).toThrow(
      '"backoff.floorMs" must be a whole number from 1 to 600',
    );
    expect(() => backoff({ initialMs: "soon" })).toThrow(
      '"backoff.initialMs" must be a whole number from 1 to 3600000',
    );
    expect(() => backoff({ maxMs: "late" })).toThrow('"backoff.maxMs" must be a whole number from 500 to 3600000');
  });
});

describe("a client's name", () => {
  it("has 1 to 200 visible ASCII characters, because it becomes a header, a URL and a label", () => {
    for (const name of ["a", "a".repeat(200), "!~"]) expect(read("clientName", name)).toBe(name);
    for (const name of ["", "a".repeat(201), "a b", "ü", "a\n", "\u007f", 5, undefined, ["a"]]) {
      expect(() => read("clientName", name), String(name)).toThrow('"clientName" must be a string of 1 to 200');
    }
  });
});

describe("an option of another kind", () => {
  it("is what it is by default, and takes what it says", () => {
    expect([read("tls", undefined), read("report", undefined), read("displayName", undefined)]).toEqual([
      true,
      false,
      "",
    ]);
    for (const dialect of ["auto", "newest", "leaf", "section-merged", "section-per-source"]) {
      expect(read("dialect", dialect)).toBe(dialect);
    }
    expect([read("isolation", "worker"), read("isolation", "none")]).toEqual(["worker", "none"]);
    const url = new URL("file:///worker.js");
    expect([read("workerUrl", url), read("workerUrl", undefined)]).toEqual([url, undefined]);
    expect(() => read("workerUrl", { href: "file:///worker.js" })).toThrow('"workerUrl" must be a URL object');
    expect(read("resourceLimits", undefined)).toBeUndefined();
    expect(() => read("resourceLimits", 64)).toThrow('"resourceLimits" must be an object');
    for (const missing of ["debug", "info", "warn", "error"]) {
      const logger = { debug() {}, info() {}, warn() {}, error() {}, [missing]: undefined };
      expect(() => read("logger", logger)).toThrow(`without ${missing}`);
    }
    for (const missing of ["registerMetric", "getSingleMetric", "removeSingleMetric", "metrics"]) {
      const methods = { registerMetric() {}, getSingleMetric() {}, removeSingleMetric() {}, metrics() {} };
      expect(() => read("registry", { ...methods, [missing]: 1 })).toThrow(`without ${missing}`);
    }
  });
});
