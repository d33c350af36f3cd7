import { describe, expect, it } from "vitest";
import type { Effective, WriteResult } from "../../../packages/configstream/src/cli/agent/control-protocol.js";
import { judged, othersOf } from "../../../packages/configstream/src/cli/agent/trial-judge.js";
import { readGuards } from "../../../src/shared/guards/read-guards.js";
import type { ConfigValue } from "../../../src/shared/types.js";

const guards = readGuards("guards", {
  Port: { type: "integer", group: "server" },
  host: { type: "string", minLength: 1, group: "server" },
  alone: { max: 5 },
});

const won = (value: ConfigValue | undefined, source = "cli"): Effective | null =>
  value === undefined ? null : { value, source };

function result(key: string, before: Effective | null, after: Effective | null, changed = true): WriteResult {
  return { key, changed, before, after, near: [] };
}

function outcomes(results: readonly WriteResult[], others: Readonly<Record<string, Effective | null>> = {}) {
  const tried = { results, others: Object.values(others) };
  return judged(tried, Object.keys(others), guards).map(({ outcome, rule }) => (rule === undefined ? outcome : rule));
}

describe("what guards say of a dry run", () => {
  it("is nothing of good values and of keys without a rule, which change, stay or lose", () => {
    expect(
      outcomes([
        result("port", won(1), won("2")),
        result("free", won(1), won("x")),
        result("alone", won(1), won(1), false),
        result("host", won("a"), won("a")),
        result("host", won("a", "file"), won("a", "cli")),
        result("alone", won(9), null),
      ]),
    ).toEqual(["changes", "changes", "unchanged", "loses", "changes", "changes"]);
  });

  it("is the rule about two keys that a change breaks, judged by the other one as it is", () => {
    const rules = readGuards("guards", {
      lo: { type: "duration", group: "range", atMost: "hi" },
      hi: { type: "duration", group: "range" },
    });
    const say = (lo: Effective | null, hi: Effective | null) =>
      judged({ results: [result("hi", won("9s"), hi)], others: [lo] }, ["lo"], rules).map(({ rule }) => rule);
    expect(say(won("5s"), won("6s"))).toEqual([undefined]);
    expect(say(won("5s"), won("4s"))).toEqual(['must wait for "lo" of its group, which breaks its rule']);
    expect(say(null, won("4s"))).toEqual([undefined]);
  });

  it("is the rule that a value breaks, also where a higher layer or the same value has broken it already", () => {
    const rule = "must be at most 5";
    expect(
      outcomes([
        result("alone", won(1), won(6)),
        result("alone", won(6), won(6), false),
        result("alone", won(6), won(6)),
      ]),
    ).toEqual([rule, rule, rule]);
  });

  it("is that a changed value or a removal waits for another of its group that breaks its rule", () => {
    const waits = 'must wait for "port" of its group, which breaks its rule';
    const bad = result("port", won(1), won("900O"));
    expect(outcomes([bad, result("host", won("a"), won("b"))])).toEqual(["must be an integer", waits]);
    expect(outcomes([bad, result("host", won("a"), null)])).toEqual(["must be an integer", waits]);
    expect(outcomes([bad, result("host", won("a"), won("a"), false)])).toEqual(["must be an integer", "unchanged"]);
    expect(outcomes([result("host", won("a"), won("b"))], { port: won("900O") })).toEqual([waits]);
    expect(outcomes([result("host", won("a"), won("b"))], { port: null })).toEqual(["changes"]);
  });

  it("needs to know the other keys of the groups, and no further ones", () => {
    expect(othersOf(guards, ["host", "alone"])).toEqual(["port"]);
    expect(othersOf(guards, ["host", "port"])).toEqual([]);
    expect(othersOf(undefined, ["host"])).toEqual([]);
  });
});
