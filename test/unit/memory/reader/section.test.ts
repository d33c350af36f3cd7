import { describe, expect, it } from "vitest";
import { absentState, Entry, layersOf, notConverted, Reading } from "../../../../src/memory/reader/entry.js";
import { nest } from "../../../../src/memory/reader/nested.js";
import { byKey, isChosen, sectionOf, topNames } from "../../../../src/memory/reader/section.js";
import { StoredReading } from "../../../../src/memory/reader/stored-reading.js";
import type { ConfigValue } from "../../../../src/shared/types.js";

const reading = (key: string, newValue: ConfigValue | undefined, sequenceId = 1) =>
  StoredReading.of({ key, newValue, source: "file", sequenceId } as never, 5);

describe("nested settings", () => {
  it("are maps in maps, where a section wins over the value of its name, and values stay what they are", () => {
    const list = [1];
    const value = nest([
      ["b.c.d", 1],
      ["a", list],
      ["b.c", "is left out"],
      ["b.x", null],
      ["e", { "f.g": 2 }],
    ]);
    expect(value).toEqual({ a: [1], b: { c: { d: 1 }, x: null }, e: { "f.g": 2 } });
    expect(value.a).toBe(list);
    expect(nest([])).toEqual({});
  });

  it("are in the order of their keys, however they came, and frozen", () => {
    const value = nest([
      ["z", 1],
      ["m.b", 1],
      ["m.a", 1],
      ["a", 1],
    ]);
    expect(JSON.stringify(value)).toBe('{"m":{"a":1,"b":1},"a":1,"z":1}');
    expect([Object.isFrozen(value), Object.isFrozen(value.m)]).toEqual([true, true]);
  });

  it("have the empty name as a name like any other, where a key ends with a dot", () => {
    const settings = [
      ["", 1],
      ["a.", 2],
      ["a.b", 3],
    ] as const;
    expect(nest(settings)).toEqual({ "": 1, a: { "": 2, b: 3 } });
  });

  it("have a name such as __proto__ as a name like any other", () => {
    const value = nest([
      ["__proto__.polluted", 1],
      ["a.__proto__", 2],
    ]);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":1},"a":{"__proto__":2}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("a section", () => {
  const section = sectionOf("s", [
    reading("s.b.y", 2, 9),
    undefined,
    reading("s.gone", undefined),
    reading("s.b.x", 1, 4),
    reading("s.a", "first", 2),
  ]);

  it("has the settings that exist below its name, sorted, and none of the others", () => {
    expect(section?.readings.map(({ key }) => key)).toEqual(["s.a", "s.b.x", "s.b.y"]);
    expect(section?.names()).toEqual(["a", "b"]);
    expect(Object.isFrozen(section?.names())).toBe(true);
  });

  it("is a map, the same one each time, with the number of its newest setting", () => {
    expect(section?.reading.state).toEqual({
      value: { a: "first", b: { x: 1, y: 2 } },
      source: "",
      sequenceId: 9,
      layers: undefined,
    });
    expect(section?.reading).toBe(section?.reading);
  });

  it("is not there when nothing below its name exists", () => {
    expect([sectionOf("s", []), sectionOf("s", [undefined, reading("s.a", undefined)])]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("equals another of the very same readings alone", () => {
    const [a, b] = [reading("s.a", 1), reading("s.b", 1)];
    const one = sectionOf("s", [a, b]);
    expect(one?.equals(sectionOf("s", [b, a]) as never)).toBe(true);
    expect(one?.equals(sectionOf("s", [a]) as never)).toBe(false);
    expect(sectionOf("s", [a])?.equals(one as never)).toBe(false);
    expect(one?.equals(sectionOf("s", [a, reading("s.b", 1)]) as never)).toBe(false);
  });
});

describe("names and sources", () => {
  it("are the first parts of keys, each once and sorted", () => {
    expect(topNames(["b.c", "a", "b.d.e", "a.x", ""])).toEqual(["", "a", "b"]);
    expect([{ key: "b" }, { key: "a" }, { key: "c" }].sort(byKey).map(({ key }) => key)).toEqual(["a", "b", "c"]);
  });

  it("say whether somebody chose a value", () => {
    expect(["file", "cli", "default", "schema", "unknown", ""].map(isChosen)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("what a key holds", () => {
  it("forgets every conversion of the value before", () => {
    const one = new Reading();
    expect(one.state).toBe(absentState);
    Object.assign(one, {
      asInt: 1,
      asString: "1",
      asBool: true,
      asFloat: 1,
      asDurationMs: 1,
      others: new Map(),
      unreadableAs: ["x"],
    });
    const state = { value: 2, source: "file", sequenceId: 1, layers: undefined };
    one.update(state);
    expect(one.state).toBe(state);
    expect([one.asInt, one.asString, one.asBool, one.asFloat, one.asDurationMs]).toEqual(Array(5).fill(notConverted));
    expect([one.others, one.unreadableAs]).toEqual([undefined, undefined]);
  });

  it("has its value as its only layer when there are no others, and none when it does not exist", () => {
    const layers = [{ source: "default", value: 1 }];
    expect(layersOf({ value: 2, source: "file", sequenceId: 1, layers })).toBe(layers);
    const only = layersOf({ value: null, source: "file", sequenceId: 1, layers: undefined });
    expect(only).toEqual([{ source: "file", value: null }]);
    expect([Object.isFrozen(only), Object.isFrozen(only[0])]).toEqual([true, true]);
    expect(layersOf(absentState)).toEqual([]);
    expect(new Entry("k").binding).toEqual({ arena: 0, slot: -1, publish: 0 });
  });

  it("is by a change what that says, of its publish, and exists if it has a value", () => {
    const there = reading("k", null);
    expect([there.exists, there.value, there.publish, there.source, there.layers]).toEqual([
      true,
      null,
      5,
      "",
      [{ source: "file", value: null }],
    ]);
    const gone = reading("k", undefined);
    expect([gone.exists, gone.value, gone.matches(3)]).toEqual([false, null, true]);
  });
});
