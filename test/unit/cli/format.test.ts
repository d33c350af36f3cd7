import { ConfigStreamError, InvalidOptionError } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { changedNames, listNames } from "../../../packages/configstream/src/cli/agent/changed-names.js";
import { parseAddress, parseListenAddress } from "../../../packages/configstream/src/cli/connection/options.js";
import { OutageWatch } from "../../../packages/configstream/src/cli/connection/outage-watch.js";
import {
  CommandFailure,
  debugStack,
  describeFailure,
  Interrupted,
} from "../../../packages/configstream/src/cli/exit.js";
import { toObject, toTree } from "../../../packages/configstream/src/cli/settings/settings-tree.js";
import {
  formatBytes,
  formatMillions,
  formatMs,
  formatValue,
  medianAndMax,
  plural,
} from "../../../packages/configstream/src/cli/terminal/format.js";
import { styleFor } from "../../../packages/configstream/src/cli/terminal/style.js";

describe("formats", () => {
  it("write times with the digits that matter", () => {
    expect([0.844, 9.99, 12.34, 850.4, 1_254, 185_000].map(formatMs)).toEqual([
      "0.84 ms",
      "9.99 ms",
      "12.3 ms",
      "850 ms",
      "1.25 s",
      "3 min 5 s",
    ]);
  });

  it("write values on one line, safe for a terminal", () => {
    expect(formatValue(undefined)).toBe("(none)");
    expect(formatValue({ a: ["x\n", 1, null] })).toBe('{"a":["x\\n",1,null]}');
    expect(formatValue("\u009b31m")).toBe('"\\u009b31m"');
  });

  it("write counts and sizes", () => {
    expect([950_000, 2_440_000, 187_400_000].map(formatMillions)).toEqual(["950,000", "2.4 million", "187 million"]);
    expect([512, 65_536, 1_572_864].map(formatBytes)).toEqual(["512 B", "64 KiB", "1.5 MiB"]);
    expect([plural(1, "change"), plural(2_000, "change")]).toEqual(["1 change", "2,000 changes"]);
    expect(medianAndMax([3, 1, 2, 10])).toEqual({ median: 2.5, max: 10 });
    expect(medianAndMax([])).toBeUndefined();
  });
});

describe("failures", () => {
  it("are one line with an exit code, and a stack only on request", () => {
    const unexpected = new TypeError("x is not\n a function");
    expect(describeFailure(unexpected).line).toMatch(/^Unexpected failure\. TypeError: x is not a function \(DEBUG=/);
    expect(describeFailure(unexpected).exitCode).toBe(1);
    expect(describeFailure(new CommandFailure("No.", 2))).toEqual({ line: "No.", exitCode: 2 });
    expect(describeFailure(new InvalidOptionError("Bad."))).toEqual({ line: "Bad.", exitCode: 2 });
    expect(describeFailure(new ConfigStreamError("tls", "Foreign.")).exitCode).toBe(1);
    expect(new Interrupted(130).exitCode).toBe(130);
    expect(debugStack(unexpected, undefined)).toBeUndefined();
    expect(debugStack(unexpected, "other,configstream")).toContain("format.test");
  });
});

describe("colours", () => {
  it("are for terminals only, and not when NO_COLOR is set", () => {
    const coloured = (isTerminal: boolean, env: { [name: string]: string }) =>
      styleFor({ isTerminal }, env)("red", "x") !== "x";
    expect(coloured(true, {})).toBe(true);
    expect(coloured(false, {})).toBe(false);
    expect(coloured(true, { NO_COLOR: "1" })).toBe(false);
    expect(coloured(true, { TERM: "dumb" })).toBe(false);
  });

  it("obey FORCE_COLOR before all else, as in Node.js", () => {
    const coloured = (isTerminal: boolean, env: { [name: string]: string }) =>
      styleFor({ isTerminal }, env)("red", "x") !== "x";
    expect(coloured(false, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(true);
    expect(coloured(false, { FORCE_COLOR: "" })).toBe(true);
    expect(coloured(true, { FORCE_COLOR: "0" })).toBe(false);
    expect(coloured(true, { FORCE_COLOR: "false" })).toBe(false);
  });
});

describe("addresses", () => {
  it("refuse what is not an address", () => {
    expect(parseAddress("[::1]:5001")).toBe("[::1]:5001");
    expect(parseListenAddress("127.0.0.1:0")).toBe("127.0.0.1:0");
    for (const wrong of ["localhost", "a:0", "a:65536", "::1:5001", "http://a:1"]) {
      expect(() => parseAddress(wrong)).toThrow(/host:port/);
    }
  });
});

describe("a tree of settings", () => {
  it("nests dotted keys, and loses none where a key is both a setting and a section", () => {
    const tree = toTree([
      ["a.b.c", 1],
      ["a.d", 2],
      ["e", 3],
      ["e.f", 4],
      ["e.f.g", 5],
    ]);
    expect(toObject(tree)).toEqual({ a: { b: { c: 1 }, d: 2 }, e: 3, "e.f": 4, "e.f.g": 5 });
  });

  it("keeps __proto__ a plain name", () => {
    expect(JSON.stringify(toObject(toTree([["__proto__.x", 1]])))).toBe('{"__proto__":{"x":1}}');
  });
});

describe("the watch for outages", () => {
  it("tells each outage once, with its reason, and how long it lasted", () => {
    const watch = new OutageWatch();
    const lastError = { code: "unavailable", message: "Nothing listens.", atMs: 0 };
    expect(watch.look({ state: "live", lastError: undefined }, 0)).toBeUndefined();
    expect(watch.look({ state: "stale", lastError }, 100)).toMatchObject({ kind: "outage" });
    expect(watch.look({ state: "connecting", lastError }, 200)).toBeUndefined();
    expect(watch.look({ state: "live", lastError }, 1_600)).toEqual({ kind: "recovery", lastedMs: 1_500 });
    expect(watch.look({ state: "live", lastError }, 1_700)).toBeUndefined();
    expect(watch.look({ state: "stopped", lastError }, 1_800)).toBeUndefined();
  });
});

describe("names of changed settings", () => {
  it("are those added, replaced and removed", () => {
    const same = {};
    const before = new Map([
      ["a", same],
      ["b", {}],
      ["c", {}],
    ]);
    const after = new Map([
      ["a", same],
      ["b", {}],
      ["d", {}],
    ]);
    expect(changedNames(before, after)).toEqual(["b", "c", "d"]);
    expect(listNames(["a", "b", "c"], 2)).toBe("a, b, and 1 more");
  });
});
