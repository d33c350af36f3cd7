import { describe, expect, test } from "vitest";
import { copyValue, valuesEqual } from "../../../src/files/values.js";
import { InvalidOptionError } from "../../../src/shared/errors.js";

describe("copyValue", () => {
  test("gives a deeply frozen copy that later changes by the caller do not reach", () => {
    const original = { list: [1, { a: "b" }], none: null };
    const copy = copyValue("k", original);
    (original.list[1] as { a: string }).a = "changed";
    expect(copy).toEqual({ list: [1, { a: "b" }], none: null });
    expect(Object.isFrozen(copy)).toBe(true);
    expect(Object.isFrozen((copy as { list: unknown[] }).list[1])).toBe(true);
  });

  test("keeps a key named __proto__ as an own key and pollutes nothing", () => {
    const copy = copyValue("k", JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(Object.keys(copy as object)).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((copy as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test.each([
    ["undefined", undefined],
    ["a bigint", 1n],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a Date", new Date(0)],
    ["a Map", new Map()],
    ["a nested bigint", { a: [1n] }],
  ])("refuses %s, naming the setting and not the value", (_name, value) => {
    expect(() => copyValue("my.key", value)).toThrow(InvalidOptionError);
    expect(() => copyValue("my.key", value)).toThrow(/my\.key/);
  });

  test("refuses an object that contains itself", () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => copyValue("k", cycle)).toThrow(/contains itself/);
  });
});

describe("valuesEqual", () => {
  test.each([
    [1, "1", false],
    [true, 1, false],
    [null, 0, false],
    [Number.NaN, Number.NaN, true],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [{ a: 1, b: { c: [null] } }, { b: { c: [null] }, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: null }, { b: null }, false],
    [{}, JSON.parse('{"__proto__": null}'), false],
  ])("%j and %j: %j", (a, b, equal) => {
    expect(valuesEqual(a, b)).toBe(equal);
    expect(valuesEqual(b, a)).toBe(equal);
  });
});
