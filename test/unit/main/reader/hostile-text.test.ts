import { describe, expect, it } from "vitest";
import * as coerce from "../../../../src/shared/text/coerce.js";
import { fields, parseGoBool, trimSpace } from "../../../../src/shared/text/go-text.js";
import { tooSlowAt } from "../../../support/hostile/growth.js";

const converters: Readonly<Record<string, (text: string) => unknown>> = { ...coerce, fields, parseGoBool, trimSpace };

/** Texts of a length that make a careless expression begin anew at each letter. */
const shapes: Readonly<Record<string, (length: number) => string>> = {
  "blanks between letters": (n) => `a${" ".repeat(n)}b`,
  "blanks around nothing": (n) => " ".repeat(n),
  "a number among blanks": (n) => `${"\u2003".repeat(n / 2)}10mb${" ".repeat(n / 2)}`,
  "line ends": (n) => `1${"\n".repeat(n)}k`,
  digits: (n) => "1".repeat(n),
  zeros: (n) => `${"0".repeat(n)}1`,
  "zeros behind a point": (n) => `1.${"0".repeat(n)}x`,
  "points and zeros": (n) => ".0".repeat(n / 2),
  underscores: (n) => "1_".repeat(n / 2),
  "hexadecimal digits": (n) => `0x${"f".repeat(n)}p`,
  durations: (n) => "1h1.".repeat(n / 4),
  "a long fraction": (n) => `0.${"9".repeat(n)}h`,
  units: (n) => "kmgt".repeat(n / 4),
  "open brackets": (n) => "[".repeat(n),
  "nested lists": (n) => `${"[".repeat(n / 2)}${"]".repeat(n / 2)}`,
  "nested maps": (n) => `${'{"":'.repeat(n / 5)}1${"}".repeat(n / 5)}`,
  quotes: (n) => `["${"\\\\".repeat(n / 2)}`,
};

describe.each(Object.keys(converters).filter((name) => name !== "maxDurationNs"))("%s", (name) => {
  const convert = converters[name] as (text: string) => unknown;

  it.each(Object.keys(shapes))("takes time that grows no faster than the text: %s", (shape) => {
    expect(tooSlowAt(convert, shapes[shape] as (length: number) => string)).toBeUndefined();
  });
});

it("a text that is longer than any size, number or duration is refused, and one that merely looks odd is read", () => {
  const long = `${"0".repeat(2_000)}1`;
  expect([coerce.toInt(long), coerce.toFloat64(long), coerce.toDurationMs(`${long}s`)]).toEqual(
    Array(3).fill(undefined),
  );
  expect(coerce.toSizeInBytes(`${" ".repeat(2_000)}1kb`)).toBeUndefined();
  expect([coerce.toInt(`${"0".repeat(500)}1`), coerce.toFloat64(`${"0".repeat(500)}1`)]).toEqual([1, 1]);
  expect(coerce.toSizeInBytes(`\t ${" ".repeat(500)}10 mb\u2003`)).toBe(10 * 2 ** 20);
});
