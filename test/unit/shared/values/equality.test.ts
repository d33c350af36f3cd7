import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { equalValues } from "../../../../src/shared/values/equality.js";

describe("equalValues", () => {
  it.each<[string, ConfigValue, ConfigValue]>([
    ["1 and its text", 1, "1"],
    ["0 and false", 0, false],
    ["null and 0", null, 0],
    ["null and the empty text", null, ""],
    ["null and an empty map", null, {}],
    ["an empty list and an empty map", [], {}],
    ["a list and a map with its indexes", ["a"], { 0: "a" }],
    ["a list and a map that looks like one", ["a"], { 0: "a", length: 1 }],
    ["lists in another order", [1, 2], [2, 1]],
    ["a list and a longer one", [1], [1, 2]],
    ["a map and a larger one", { a: 1 }, { a: 1, b: 2 }],
    ["maps with other names", { a: null }, { b: null }],
    ["true and 1", true, 1],
    ["a nested 1 and its text", { a: [{ b: 1 }] }, { a: [{ b: "1" }] }],
  ])("tells %s apart", (_, a, b) => {
    expect(equalValues(a, b)).toBe(false);
    expect(equalValues(b, a)).toBe(false);
  });

  it("does not care for the order of names in a map", () => {
    expect(equalValues({ a: 1, b: { c: 2, d: [3] } }, { b: { d: [3], c: 2 }, a: 1 })).toBe(true);
  });

  it("takes NaN for equal to itself, which would change at every snapshot otherwise", () => {
    expect(equalValues(Number.NaN, Number.NaN)).toBe(true);
    expect(equalValues([Number.NaN], [0])).toBe(false);
  });

  it("takes only own names into account", () => {
    const own = JSON.parse('{"__proto__": null}');
    expect(equalValues(own, { x: null })).toBe(false);
    expect(equalValues(own, {})).toBe(false);
    expect(equalValues({ constructor: 1 }, { x: 1 })).toBe(false);
    // Object.prototype, seen as a map, is empty.
    expect(equalValues(JSON.parse('{"__proto__": {}}'), { x: 1 })).toBe(false);
    expect(equalValues(own, JSON.parse('{"__proto__": null}'))).toBe(true);
  });

  it("agrees with a comparison of canonical JSON for any value", () => {
    const canonical = (value: unknown): string =>
      JSON.stringify(value, (_, inner) =>
        typeof inner === "object" && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(json, json, (a, b) => {
        const left = JSON.parse(JSON.stringify(a));
        const right = JSON.parse(JSON.stringify(b));
        expect(equalValues(left, structuredClone(left))).toBe(true);
        expect(equalValues(left, right)).toBe(canonical(left) === canonical(right));
      }),
    );
  });
});
