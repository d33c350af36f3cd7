/** Sections, the leaves in them, and paths inside them. */
import { describe, expect, it } from "vitest";
import type { ConfigValue, SourceValue } from "../../../../src/shared/types.js";
import { flatten, isSection, withoutPath, withPath } from "../../../../src/worker/settings/flatten.js";

const layer = (source: string, value: ConfigValue): SourceValue => ({ source, value });
const leaves = (...layers: SourceValue[]) =>
  Object.fromEntries(
    [...flatten("s", layers)].map(([key, claims]) => [key, claims.map(({ source, value }) => [source, value])]),
  );

describe("the leaves of a section", () => {
  it("are its scalars, lists and maps that are data, each with the sources that claim it, lowest first", () => {
    const tags = { "app.kubernetes.io/name": "x" };
    expect(
      leaves(layer("default", { a: 1, deep: { b: [1], tags } }), layer("file", { a: 2, deep: { c: {} }, d: "x" })),
    ).toEqual({
      "s.a": [
        ["default", 1],
        ["file", 2],
      ],
      "s.deep.b": [["default", [1]]],
      "s.deep.tags": [["default", tags]],
      "s.deep.c": [["file", {}]],
      "s.d": [["file", "x"]],
    });
  });

  it("leave out a null beside what another source claims, and keep it where it is all that there is", () => {
    expect(leaves(layer("default", { a: null, b: null }), layer("file", { a: 1 }))).toEqual({
      "s.a": [["file", 1]],
      "s.b": [["default", null]],
    });
    expect(leaves(layer("default", { a: 1 }), layer("file", null))).toEqual({ "s.a": [["default", 1]] });
    expect(leaves(layer("default", null), layer("file", null))).toEqual({
      s: [
        ["default", null],
        ["file", null],
      ],
    });
  });

  it("are both readable where one source says scalar and another section, and one leaf where one map is data", () => {
    expect(leaves(layer("default", 7), layer("file", { a: 1 }))).toEqual({
      s: [["default", 7]],
      "s.a": [["file", 1]],
    });
    const data = { "a.b": 1 };
    expect(leaves(layer("default", { a: 1 }), layer("file", data))).toEqual({
      s: [
        ["default", { a: 1 }],
        ["file", data],
      ],
    });
    expect(leaves(layer("default", 7), layer("file", [1]))).toEqual({
      s: [
        ["default", 7],
        ["file", [1]],
      ],
    });
  });

  it("are those of names that Object.prototype has as well", () => {
    expect(leaves(layer("default", { a: 1 }), layer("file", { constructor: 2 }))).toEqual({
      "s.a": [["default", 1]],
      "s.constructor": [["file", 2]],
    });
  });
});

it("a section is a map with names, all of them names of settings", () => {
  const sections: ConfigValue[] = [{ a: 1 }, { "a-b_1": { "C.d": 1 } }];
  const others: ConfigValue[] = [{}, { a: 1, "b.c": 2 }, { A: 1 }, { "a b": 1 }, { "": 1 }, null, [{ a: 1 }], "a", 1];
  expect(sections.map(isSection)).toEqual([true, true]);
  expect(others.filter((value) => isSection(value))).toEqual([]);
});

describe("a path inside a section", () => {
  it("is put in beside what is there, last, and replaces what is in its way", () => {
    expect(Object.entries(withPath({ a: 1, b: { c: 2, d: 3 } }, ["b", "c"], 9) as object)).toEqual([
      ["a", 1],
      ["b", { d: 3, c: 9 }],
    ]);
    expect(Object.keys(withPath({ a: 1, b: 2 }, ["a"], 9) as object)).toEqual(["b", "a"]);
    expect(withPath(undefined, ["a", "b"], 1)).toEqual({ a: { b: 1 } });
    expect(withPath("scalar", ["a"], 1)).toEqual({ a: 1 });
    expect(withPath([1], ["a"], 1)).toEqual({ a: 1 });
    expect(withPath({ a: 1 }, [], 7)).toBe(7);
    expect(withPath({ a: 1 }, ["constructor", "b"], 1)).toEqual({ a: 1, constructor: { b: 1 } });
  });

  it("is taken out and leaves the rest; sections that it leaves empty go with it", () => {
    const value = { a: 1, b: { c: 2, d: 3 } };
    expect(withoutPath(value, ["b", "c"])).toEqual({ a: 1, b: { d: 3 } });
    expect(withoutPath(value, ["b"])).toEqual({ a: 1 });
    expect(withoutPath({ a: { b: { c: 1 } } }, ["a", "b", "c"])).toBeUndefined();
    expect(withoutPath({ a: { b: { c: 1 } }, d: 1 }, ["a", "b", "c"])).toEqual({ d: 1 });
    expect(withoutPath(value, [])).toBeUndefined();
  });

  it("that is not there leaves the value as it is", () => {
    const value = { a: 1, b: { c: 2 } };
    for (const path of [["x"], ["b", "x"], ["a", "x"], ["constructor"]]) {
      expect(withoutPath(value, path)).toEqual(value);
    }
    expect(withoutPath("scalar", ["a"])).toBe("scalar");
    expect(withoutPath([1], ["0"])).toEqual([1]);
  });
});
