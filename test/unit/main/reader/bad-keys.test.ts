import { describe, expect, it } from "vitest";
import { createReader } from "../../../../src/main/reader/reader.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

const both =
  "get getString getBool getInt getInt32 getInt64 getFloat64 getDuration getStringSlice getFloat64Slice getStringMap getStringMapString getStringMapStringSlice getSizeInBytes isSet isConfigured isKnown isSetting hasSection getSubfields getSource getAllSources".split(
    " ",
  );
const given: readonly (readonly [key: unknown, described: string])[] = [
  [undefined, "undefined"],
  [null, "null"],
  [5, "5"],
  [true, "true"],
  [["a"], "an array of 1"],
  [{ toString: () => "a" }, "a value of type object"],
  [new Map([["a", 1]]), "a Map"],
  [new Set(["a"]), "a Set"],
  [Symbol("a"), "a value of type symbol"],
];

function setUp() {
  const region = newRegion();
  new TestWriter(region).publish({ a: 1, "5": 5, "b.c": 1 });
  const reader = createReader(region);
  // A reader that is settled: the hot path must not take such a key for one that is missing.
  for (const name of both) (reader as unknown as Record<string, (key: string) => unknown>)[name]?.("a");
  return { reader: reader as object, view: reader.view() as object };
}

describe.each([
  ["a reader", [...both, "setting", "explain"], () => setUp().reader],
  ["a view", both, () => setUp().view],
] as const)("from JavaScript, %s", (_, calls, make) => {
  it.each(calls)("refuses a key that is no string, naming what was called and what was given: %s", (call) => {
    const from = make() as Record<string, (key: unknown) => unknown>;
    for (const [key, described] of given) {
      for (let times = 0; times < 2; times++) {
        const refused = expect(() => from[call]?.(key), described);
        refused.toThrow(InvalidOptionError);
        refused.toThrow(`${call} expects a key, which is a string, but was given ${described}.`);
      }
    }
    expect(from.getInt?.("a"), "and works as before").toBe(1);
  });
});
