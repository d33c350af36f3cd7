/** What tests without types may give a mock, and so, by the same code, any consumer. */
import { afterAll, describe, expect, it } from "vitest";
import { createConsumer } from "../../../src/index.js";
import { InvalidOptionError } from "../../../src/shared/errors.js";
import { createMockConsumer } from "../../../src/testing/index.js";

const mock = createMockConsumer({ a: 1 });
afterAll(() => mock.stop());

/** None of these is a name. */
const odd: readonly unknown[] = [null, 5, 10n, Symbol("s"), [], {}, () => {}];
/** None of these is an object of settings: most would be taken for an empty one. */
const lists: readonly unknown[] = [null, 5, "ab", 10n, Symbol("s"), [], new Map([["a", 2]]), new Set(["a"]), () => {}];
const clientName = "mock";

const calls: { readonly [name: string]: readonly [call: (given: never) => unknown, wrong: readonly unknown[]] } = {
  "a key of set": [(given) => mock.set(given, 1), odd],
  "a source of set": [(given) => mock.set("a", 2, given), odd],
  "a source of setMany": [(given) => mock.setMany({ a: 2 }, given), odd],
  "a source of unset": [(given) => mock.unset("a", given), odd],
  "a source of snapshot": [(given) => mock.snapshot({ a: 2 }, given), odd],
  "settings of setMany": [(given) => mock.setMany(given), lists],
  "settings of snapshot": [(given) => mock.snapshot(given), [...lists, undefined]],
  "settings of createMockConsumer": [(given) => createMockConsumer(given), lists],
  "options of subscribe": [(given) => mock.subscribe(given), [null, 5, "a", [], 10n, () => {}]],
  "options of changeSets": [(given) => mock.changeSets(given), [null, 5, "a", [], 10n, () => {}]],
  "the option guards": [
    (given) => createConsumer({ clientName, guards: given }),
    [null, 5, [], new Map([["a", { type: "integer" }]]), new Set(["a"])],
  ],
  "the option defaults": [
    (given) => createConsumer({ clientName, defaults: given }),
    [null, 5, "a", [], new Map([["a", 2]]), new Set(["a"])],
  ],
};

describe("an argument that makes no sense", () => {
  it.each(Object.entries(calls))(
    "as %s is refused with an error of this library, and changes nothing",
    (_, [call, wrong]) => {
      for (const given of wrong) expect(() => call(given as never), typeof given).toThrow(InvalidOptionError);
      expect(mock.reader().allSettings()).toEqual({ a: 1 });
    },
  );
});
