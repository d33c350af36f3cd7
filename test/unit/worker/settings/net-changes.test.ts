/** Several changes that are published as one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigValue, EffectiveChange } from "../../../../src/shared/types.js";
import { equalValues } from "../../../../src/shared/values/equality.js";
import { NetChanges } from "../../../../src/worker/settings/net-changes.js";

function change(key: string, before: ConfigValue | undefined, after: ConfigValue | undefined): EffectiveChange {
  const setting = after === undefined ? undefined : { value: after, source: "file" };
  const same = before !== undefined && after !== undefined && equalValues(before, after);
  return { key, setting, oldValue: before, valueChanged: !same };
}

const inWords = (changes: readonly EffectiveChange[]) =>
  changes.map(
    ({ key, setting, oldValue, valueChanged }) =>
      `${valueChanged ? "" : "="}${key}: ${JSON.stringify(oldValue)} -> ${JSON.stringify(setting?.value)}`,
  );

/** What comes of changes that are added, and the last ones on top. */
function net(added: readonly EffectiveChange[], ...later: EffectiveChange[]) {
  const changes = new NetChanges();
  changes.add(added);
  const all = inWords(changes.with(later));
  // To look at what would be changes nothing.
  expect(inWords(changes.with(later))).toEqual(all);
  return all;
}

describe("changes that are published as one", () => {
  it("have the first old value and the newest setting of each key, in the order in which keys first changed", () => {
    expect(net([change("a", 1, 2), change("b", undefined, 1), change("a", 2, 3)], change("b", 1, 5))).toEqual([
      "a: 1 -> 3",
      "b: undefined -> 5",
    ]);
    expect(net([change("a", 1, 2)], change("b", 7, 8), change("a", 2, null))).toEqual(["a: 1 -> null", "b: 7 -> 8"]);
  });

  it("are no change of value where the old one is back, null among the values", () => {
    expect(net([change("a", 1, 2)], change("a", 2, 1))).toEqual(["=a: 1 -> 1"]);
    expect(net([change("a", null, 2)], change("a", 2, null))).toEqual(["=a: null -> null"]);
    expect(net([change("a", 1, undefined)], change("a", undefined, 1))).toEqual(["=a: 1 -> 1"]);
  });

  it("are nothing for a key that came and went, and a removal for one that was there", () => {
    expect(net([change("a", undefined, 1), change("b", 1, 2)], change("a", 1, undefined))).toEqual(["b: 1 -> 2"]);
    expect(net([change("b", 1, 2)], change("b", 2, undefined))).toEqual(["b: 1 -> undefined"]);
    const changes = new NetChanges();
    changes.add([change("a", undefined, 1)]);
    changes.add([change("a", 1, undefined)]);
    expect(changes.size).toBe(0);
  });

  it("are the later ones as they are where nothing waits", () => {
    const later = [change("a", 1, 2), change("a", 2, 3)];
    expect(new NetChanges().with(later)).toBe(later);
    expect(new NetChanges().under(later)).toBe(later);
    expect(net([change("a", 1, 2)])).toEqual(["a: 1 -> 2"]);
  });

  it("are forgotten all at once, or by key", () => {
    const changes = new NetChanges();
    changes.add([change("a", 1, 2), change("b", 1, 2)]);
    changes.delete("a");
    expect([changes.size, inWords(changes.with([change("a", 2, 3)]))]).toEqual([1, ["b: 1 -> 2", "a: 2 -> 3"]]);
    changes.clear();
    expect([changes.size, changes.with([])]).toEqual([0, []]);
  });

  it("lead from what was there first to what is there last, whatever comes between", () => {
    const value = fc.constantFrom<ConfigValue | undefined>(undefined, null, 0, "a");
    const steps = fc.array(fc.tuple(fc.constantFrom("a", "b"), value), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (all) => {
        const state = new Map<string, ConfigValue | undefined>();
        const changes = all.flatMap(([key, after]) => {
          const before = state.get(key);
          state.set(key, after);
          return before === undefined && after === undefined ? [] : [change(key, before, after)];
        });
        const waiting = new NetChanges();
        waiting.add(changes.slice(0, -1));
        const seen = new Map<string, ConfigValue | undefined>();
        for (const { key, setting, oldValue, valueChanged } of waiting.with(changes.slice(-1))) {
          expect(oldValue).toBeUndefined();
          expect([valueChanged, seen.has(key)]).toEqual([true, false]);
          seen.set(key, setting?.value);
        }
        for (const [key, after] of state) if (after !== undefined) expect(seen.get(key)).toEqual(after);
      }),
      { numRuns: 100 },
    );
  });
});

it("changes seen from before those that no reader sees have the value that readers see, for the keys that both are about", () => {
  const unseen = new NetChanges();
  unseen.add([change("a", 1, 2), change("b", undefined, 5)]);
  const later = [change("a", 2, 3), change("b", 5, undefined), change("c", 1, 2)];
  expect(inWords(unseen.under(later))).toEqual(["a: 1 -> 3", "c: 1 -> 2"]);
  expect(unseen.size).toBe(2);
});
