import { describe, expect, test } from "vitest";
import type { ConfigValue, EffectiveChange } from "../../../../src/shared/types.js";
import { netChanges, publishedSettings } from "../../../../src/worker/telling/takeover.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function added(key: string, value: ConfigValue): EffectiveChange {
  return { key, setting: { value, source: "file", layers: undefined }, oldValue: undefined, valueChanged: true };
}

const events = (previous: Record<string, ConfigValue>, first: readonly EffectiveChange[]) =>
  netChanges(new Map(Object.entries(previous)), first)
    .filter(({ valueChanged }) => valueChanged)
    .map(({ key, oldValue, setting }) => [key, oldValue, setting?.value]);

describe("the net difference of a new worker's first snapshot", () => {
  test("is nothing when the settings are the same", () => {
    expect(events({ a: 1, b: { x: [1], y: 2 } }, [added("a", 1), added("b", { y: 2, x: [1] })])).toEqual([]);
  });

  test('has the old values of what changed, and 1 differs from "1"', () => {
    expect(events({ a: 1, b: 1 }, [added("a", 2), added("b", "1")])).toEqual([
      ["a", 1, 2],
      ["b", 1, "1"],
    ]);
  });

  test("has what is new, and what is gone", () => {
    expect(events({ gone: null }, [added("new", true)])).toEqual([
      ["new", undefined, true],
      ["gone", null, undefined],
    ]);
  });

  test("is everything when nothing was published before", () => {
    const first = [added("a", 1), added("b", 2)];
    expect(netChanges(new Map(), first)).toEqual(first);
  });
});

describe("the settings that readers see", () => {
  test("are none before the first publish", () => {
    expect(publishedSettings(newRegion()).size).toBe(0);
  });

  test("are the newest values, without removed keys, over several publishes", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ a: 1, b: "two", c: { deep: [1, 2] }, "ключ.€": "x" });
    writer.publish({ a: 10, b: undefined });
    expect(publishedSettings(region)).toEqual(
      new Map<string, ConfigValue>([
        ["a", 10],
        ["c", { deep: [1, 2] }],
        ["ключ.€", "x"],
      ]),
    );
  });

  test("are complete when there are many", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k.${i}`, i])));
    const settings = publishedSettings(region);
    expect(settings.size).toBe(5_000);
    expect(settings.get("k.4999")).toBe(4_999);
  });
});
