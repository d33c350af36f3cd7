import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  toBool,
  toDurationMs,
  toFloat64,
  toFloat64Slice,
  toInt,
  toInt32,
  toSizeInBytes,
  toStringMap,
  toStringMapString,
  toStringMapStringSlice,
  toStringSlice,
  toStringValue,
} from "../../../../src/shared/text/coerce.js";
import type { ConfigValue } from "../../../../src/shared/types.js";

type Case<T> = [value: ConfigValue, converted: T | undefined];

function promises<T>(convert: (value: ConfigValue) => T | undefined, cases: Case<T>[]): void {
  it.each(cases)("gives for %j: %j", (value, converted) => {
    expect(convert(value)).toStrictEqual(converted);
  });
}

describe("toStringValue", () => {
  promises(toStringValue, [
    ["", ""],
    ["text", "text"],
    [true, "true"],
    [0, "0"],
    [-0, "-0"],
    [8126, "8126"],
    [0.1, "0.1"],
    [1e21, "1000000000000000000000"],
    [-1.5e22, "-15000000000000000000000"],
    [1.234e-7, "0.0000001234"],
    [-5e-324, `-0.${"0".repeat(323)}5`],
    [null, undefined],
    [["a"], undefined],
    [{ a: 1 }, undefined],
  ]);

  it("reads back as the same number, without an exponent", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = toStringValue(number);
        expect(text).not.toMatch(/e/);
        expect(Number(text)).toBe(number);
      }),
    );
  });
});

describe("toBool", () => {
  promises(toBool, [
    ...["1", "t", "T", "true", "TRUE", "True"].map((text): Case<boolean> => [text, true]),
    ...["0", "f", "F", "false", "FALSE", "False"].map((text): Case<boolean> => [text, false]),
    ...["", "yes", "on", "tRUE", " true", "2"].map((text): Case<boolean> => [text, undefined]),
    [false, false],
    [0, false],
    [-0.5, true],
    [null, undefined],
    [[], undefined],
    [{}, undefined],
  ]);
});

describe("toInt", () => {
  const cases: Case<number>[] = [
    [0, 0],
    [-0.9, 0],
    [8.9, 8],
    [-8.9, -8],
    [2 ** 53 - 1, 2 ** 53 - 1],
    [2 ** 53, undefined],
    [-(2 ** 53), undefined],
    [1e300, undefined],
    [true, 1],
    [false, 0],
    ["42", 42],
    ["-42", -42],
    ["+42", 42],
    ["-0", 0],
    ["8.9", 8],
    ["-.5", 0],
    ["8.", 8],
    ["0x1F", 31],
    ["0b101", 5],
    ["0o17", 15],
    ["017", 15],
    ["0.9", 0],
    ["1_000", 1_000],
    ["0x_1", 1],
    ["9007199254740991", 2 ** 53 - 1],
    ["9007199254740992", undefined],
    ["", undefined],
    ["08", undefined],
    ["1e3", undefined],
    ["1__0", undefined],
    ["_1", undefined],
    ["1_", undefined],
    [" 1", undefined],
    ["0x", undefined],
    ["--1", undefined],
    ["12a", undefined],
    ["NaN", undefined],
    [null, undefined],
    [[1], undefined],
    [{}, undefined],
  ];
  promises(toInt, cases);
});

describe("toInt32", () => {
  promises(toInt32, [
    [2_147_483_647.9, 2_147_483_647],
    [2_147_483_648, undefined],
    [-2_147_483_648, -2_147_483_648],
    [-2_147_483_649, undefined],
    ["2147483648", undefined],
    ["-7", -7],
    [4_294_967_296, undefined],
    ["x", undefined],
    [null, undefined],
  ]);
});

describe("toFloat64", () => {
  promises(toFloat64, [
    [1.5, 1.5],
    [true, 1],
    ["1.5", 1.5],
    [".5", 0.5],
    ["5.", 5],
    ["-1e-3", -0.001],
    ["+2E+2", 200],
    ["1_0.2_5e0_1", 102.5],
    ["1__0", undefined],
    ["1_.5", undefined],
    ["0x_fp0", 15],
    ["0x1p-2", 0.25],
    ["-0x1.8p1", -3],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["NaN", Number.NaN],
    ["1e999", undefined],
    ["", undefined],
    [".", undefined],
    ["1.5 ", undefined],
    ["0x10", undefined],
    ["1,5", undefined],
    [null, undefined],
    [[1], undefined],
  ]);
});

describe("toDurationMs", () => {
  promises(toDurationMs, [
    [1_500_000_000, 1_500],
    [1, 0.000001],
    [1.9, 0.000001],
    [-1e9, -1_000],
    [0, 0],
    [1e19, undefined],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["-1m", -60_000],
    ["+10s", 10_000],
    ["100ms", 100],
    ["10us", 0.01],
    ["10\u00b5s", 0.01],
    ["10\u03bcs", 0.01],
    ["1h1m1s1ms1us1ns", 3_661_001.001001],
    [".5s", 500],
    ["1.s", 1_000],
    ["0", 0],
    ["-0", 0],
    ["1500000", 1.5],
    ["1.9", 0.000001],
    ["2562047h47m16.854775807s", 2 ** 63 / 1e6],
    ["2562047h47m16.854775808s", undefined],
    ["-2562047h47m16.854775808s", -(2 ** 63) / 1e6],
    ["99999999h", undefined],
    ["", undefined],
    ["1d", undefined],
    ["1 s", undefined],
    [" 1s", undefined],
    ["1H", undefined],
    [".s", undefined],
    ["1s2", undefined],
    ["s", undefined],
    ["-", undefined],
    [true, undefined],
    [null, undefined],
    [[1], undefined],
  ]);
});

describe("toStringSlice", () => {
  promises(toStringSlice, [
    [
      ["a", 1, true, null],
      ["a", "1", "true", ""],
    ],
    [[], []],
    ["a b\t c\n", ["a", "b", "c"]],
    ["", []],
    ["a,b", ["a,b"]],
    ['["a", "b c", null]', ["a", "b c", ""]],
    ["[1]", ["[1]"]],
    ["[a b]", ["[a", "b]"]],
    [7, ["7"]],
    [false, ["false"]],
    [
      ["a", ["b"]],
      ["a", ""],
    ],
    [
      ["a", {}],
      ["a", ""],
    ],
    [{ a: 1 }, undefined],
    [null, []],
  ]);
});

describe("toFloat64Slice", () => {
  promises(toFloat64Slice, [
    [
      [1, "2.5", "1e3"],
      [1, 2.5, 1_000],
    ],
    ["1 2", [1, 2]],
    [3, [3]],
    [[], []],
    [[1, "x"], undefined],
    [[1, null], undefined],
    [[1, true], undefined],
    [{}, undefined],
    [null, []],
  ]);
});

describe("toStringMap", () => {
  promises<{ readonly [key: string]: ConfigValue }>(toStringMap, [
    [{ "a.b": { C: 1 } }, { "a.b": { C: 1 } }],
    ['{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
    ["[]", undefined],
    ["1", undefined],
    ["", undefined],
    ["{", undefined],
    [[], undefined],
    [1, undefined],
    [null, {}],
  ]);

  it("gives the setting's own map, and a frozen one for text", () => {
    const map = { a: 1 };
    expect(toStringMap(map)).toBe(map);
    const parsed = toStringMap('{"a": [{"b": 1}], "__proto__": {"x": 1}}');
    expect(Object.keys(parsed ?? {})).toEqual(["a", "__proto__"]);
    expect([parsed, parsed?.a, Object.values(parsed?.a ?? {})[0]].every(Object.isFrozen)).toBe(true);
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });
});

describe("toStringMapString", () => {
  promises<{ readonly [key: string]: string }>(toStringMapString, [
    [
      { a: "x", b: 1, c: true, d: null, e: [1], f: {} },
      { a: "x", b: "1", c: "true", d: "", e: "", f: "" },
    ],
    ['{"a": "x", "b": null}', { a: "x", b: "" }],
    ['{"a": 1}', undefined],
    ["text", undefined],
    [["a"], undefined],
    [null, {}],
  ]);
});

describe("toStringMapStringSlice", () => {
  promises<{ readonly [key: string]: readonly string[] }>(toStringMapStringSlice, [
    [
      { a: ["x", 1], b: "one two", c: 1, d: null, e: [["x"]], f: {} },
      { a: ["x", "1"], b: ["one two"], c: ["1"], d: [""], e: [""], f: [""] },
    ],
    ['{"a": ["x"], "b": null}', { a: ["x"], b: [] }],
    ['{"a": "x"}', undefined],
    ["text", undefined],
    [["a"], undefined],
    [null, {}],
  ]);

  it("is frozen, deeply, and keeps __proto__ as a name", () => {
    const map = toStringMapStringSlice(JSON.parse('{"__proto__": ["x"], "a": "b"}'));
    expect(Object.keys(map ?? {})).toEqual(["__proto__", "a"]);
    expect([map, map?.a, Object.values(map ?? {})[0]].every(Object.isFrozen)).toBe(true);
  });
});

describe("toSizeInBytes", () => {
  promises(toSizeInBytes, [
    ["10mb", 10 * 1024 ** 2],
    ["2 GiB", 2 * 1024 ** 3],
    ["1kb", 1_024],
    ["1KB", 1_024],
    ["1 k", 1_024],
    ["3m", 3 * 1024 ** 2],
    ["1TiB", 1024 ** 4],
    ["10b", 10],
    ["10", 10],
    [" 0x10 ", 16],
    ["1.5kb", 1_536],
    [".5 mib", 1024 ** 2 / 2],
    ["0", 0],
    [1_048_576, 1_048_576],
    [10.7, 10],
    ["-5kb", undefined],
    [-5, undefined],
    ["9999999tb", undefined],
    ["kb", undefined],
    ["10xb", undefined],
    ["10 ki b", undefined],
    ["", undefined],
    [true, undefined],
    [null, undefined],
    [[1], undefined],
  ]);
});

describe("every conversion", () => {
  const all = [
    toStringValue,
    toBool,
    toInt,
    toInt32,
    toFloat64,
    toDurationMs,
    toStringSlice,
    toFloat64Slice,
    toStringMap,
    toStringMapString,
    toStringMapStringSlice,
    toSizeInBytes,
  ];

  it("never throws, whatever the value", () => {
    const value = fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.stringMatching(/^[-+0-9a-z._ ]{0,12}$/));
    fc.assert(
      fc.property(value, (any) => {
        for (const convert of all) convert(any as ConfigValue);
      }),
    );
  });

  it("takes long text without trouble", () => {
    for (const text of ["1".repeat(50_000), "1.".repeat(20_000), "1s".repeat(20_000), " ".repeat(50_000)]) {
      for (const convert of all) convert(`${text}!`);
    }
  });
});
