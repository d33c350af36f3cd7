import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../../src/shared/errors.js";
import { copyValue } from "../../../src/shared/values/copy-value.js";

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
