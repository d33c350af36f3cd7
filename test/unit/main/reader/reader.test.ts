import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createReader } from "../../../../src/main/reader/reader.js";
import { SLOTS_PER_CHUNK } from "../../../../src/memory/layout.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function setUp() {
  const region = newRegion();
  const writer = new TestWriter(region);
  return { region, writer, reader: createReader(region) };
}

describe("the getters", () => {
  it("give the zero value or the default before the first snapshot, and for missing keys after it", () => {
    const { writer, reader } = setUp();
    const read = () => [
      reader.get("no"),
      reader.get("no", 5),
      reader.getString("no"),
      reader.getString("no", "d"),
      reader.getBool("no", true),
      reader.getInt("no"),
      reader.getInt("no", 3),
      reader.getFloat64("no", 0.5),
      reader.getDuration("no", 10),
      reader.getStringSlice("no"),
      reader.getStringMap("no"),
    ];
    const expected = [undefined, 5, "", "d", true, 0, 3, 0.5, 10, [], {}];
    expect(read()).toEqual(expected);
    writer.publish({ yes: 1 });
    expect(read()).toEqual(expected);
    expect(read(), "the second time, from what was cached").toEqual(expected);
  });

  it("convert anew after a change, in every type", () => {
    const { writer, reader } = setUp();
    const read = () => [
      reader.getString("k"),
      reader.getBool("k"),
      reader.getInt("k"),
      reader.getFloat64("k"),
      reader.getStringSlice("k"),
    ];
    writer.publish({ k: 1 });
    expect(read()).toEqual(["1", true, 1, 1, ["1"]]);
    expect(read()).toEqual(["1", true, 1, 1, ["1"]]);
    writer.publish({ k: "0" });
    expect(read()).toEqual(["0", false, 0, 0, ["0"]]);
    writer.publish({ k: undefined });
    expect(read()).toEqual(["", false, 0, 0, []]);
  });

  it("hand out frozen objects and lists, all the way down", () => {
    const { writer, reader } = setUp();
    writer.publish({ map: { inner: { list: [1, { x: 1 }] } } });
    const map = reader.getStringMap("map") as { inner: { list: [number, { x: number }] } };
    expect(() => {
      map.inner.list[1].x = 2;
    }).toThrow(TypeError);
    expect(reader.get("map")).toEqual({ inner: { list: [1, { x: 1 }] } });
  });

  it("tell source and layers", () => {
    const { writer, reader } = setUp();
    const layers = [
      { source: "default", value: 1 },
      { source: "cli", value: 2 },
    ];
    writer.writer.publish({
      sequenceId: 9,
      origin: "test",
      changes: [{ key: "k", setting: { value: 2, source: "cli", layers }, oldValue: undefined, valueChanged: true }],
    });
    expect(reader.getSource("k")).toBe("cli");
    expect(reader.getAllSources("k")).toEqual(layers);
    expect(reader.getInt("k")).toBe(2);
    expect(reader.explain("k")).toMatchObject({ key: "k", isSet: true, source: "cli", sequenceId: 9 });
    expect(reader.explain("nope").reason).toMatch(/no source/);
  });

  it("tell of a missing key which keys are close to it, and which is a section", () => {
    const { writer, reader } = setUp();
    expect(reader.explain("log_levle").reason).toBe('"log_levle" is missing: no snapshot has arrived yet.');
    const setting = { value: 1, source: "file", layers: undefined };
    const changes = ["log_level", "logs_config.batch_wait", "site"].map((key) => {
      return { key, setting, oldValue: undefined, valueChanged: true };
    });
    writer.writer.publish({ sequenceId: 1, origin: "test", changes });
    expect(reader.explain("LOG_LEVLE").reason).toBe(
      '"log_levle" is missing: no source of the core agent holds it. Did you mean "log_level"?',
    );
    expect(reader.explain("logs_config").reason).toBe('"logs_config" is a section with 1 setting below it.');
    expect(reader.explain("zzzz").reason).toBe('"zzzz" is missing: no source of the core agent holds it.');
  });
});

describe("a reader that is asked for very many keys", () => {
  it("reads each of 30,000 right, while they change", () => {
    const { writer, reader } = setUp();
    const keys = Array.from({ length: 30_000 }, (_, i) => `key.${i}`);
    writer.publish(Object.fromEntries(keys.map((key, i) => [key, i])));
    for (const [i, key] of keys.entries()) expect(reader.getInt(key)).toBe(i);
    writer.publish({ "key.7": -7, "key.29999": -1 });
    expect([reader.getInt("key.7"), reader.getInt("key.8"), reader.getInt("key.29999")]).toEqual([-7, 8, -1]);
  });

  it("forgets keys that do not exist when there are too many, and no handle notices", () => {
    const { writer, reader } = setUp();
    writer.publish({ a: 1, b: 1 });
    const handles = ["a", "missing"].map((key) => reader.setting(key).asInt(-1));
    for (let i = 0; i < 25_000; i++) expect(reader.getInt(`made up ${i}`, 5)).toBe(5);
    expect(handles.map(({ value }) => value)).toEqual([1, -1]);
    writer.publish({ a: 2, missing: 3, "made up 24999": 4 });
    expect(handles.map(({ value }) => value)).toEqual([2, 3]);
    expect([reader.getInt("a"), reader.getInt("B"), reader.getInt("made up 24999")]).toEqual([2, 1, 4]);
  });
});

it("nothing that is inspected shows a value", () => {
  const { writer, reader } = setUp();
  writer.publish({ api_key: "planted-secret", list: ["planted-secret"] });
  const handle = reader.setting("api_key").asString();
  expect([reader.getString("api_key"), handle.value, reader.getStringSlice("list")[0]]).toEqual(
    Array(3).fill("planted-secret"),
  );
  const view = reader.view();
  expect(view.getString("api_key")).toBe("planted-secret");
  for (const inspected of [reader, handle, view, { reader }, reader.setting("api_key")]) {
    expect(inspect(inspected, { depth: 10, showHidden: true })).not.toContain("planted-secret");
  }
});

describe("a handle", () => {
  it("follows its key through change, removal, return and a new arena", () => {
    const { region, writer, reader } = setUp();
    const handle = reader.setting("Port").asInt(80);
    expect([handle.key, handle.value]).toEqual(["port", 80]);
    writer.publish({ port: 1, other: 1 });
    expect(handle.value).toBe(1);
    writer.publish({ port: undefined });
    expect(handle.value).toBe(80);
    writer.publish({ port: "2" });
    expect(handle.value).toBe(2);
    new TestWriter(region).publish({ port: 3 });
    expect(handle.value).toBe(3);
  });

  it("converts once per change, not per read", () => {
    const { writer, reader } = setUp();
    let calls = 0;
    const handle = reader.setting("k").as((value) => {
      calls++;
      return { value };
    });
    writer.publish({ k: 1, other: 1 });
    const first = handle.value;
    for (let i = 0; i < 10; i++) expect(handle.value).toBe(first);
    writer.publish({ other: 2 });
    expect(handle.value).toBe(first);
    expect(calls).toBe(2);
    writer.publish({ k: 2 });
    expect(handle.value).toEqual({ value: 2 });
  });

  it("sees a change that a getter of the same key has seen first", () => {
    const { writer, reader } = setUp();
    writer.publish({ k: 1 });
    const handle = reader.setting("k").asInt();
    writer.publish({ k: 2 });
    expect(reader.getInt("k")).toBe(2);
    expect(handle.value).toBe(2);
  });

  it("keeps its last value when the caller's parser refuses a new one", () => {
    const { writer, reader } = setUp();
    writer.publish({ k: 1 });
    const handle = reader.setting("k").as((value) => {
      if (value === "bad") throw new Error("no");
      return value;
    });
    writer.publish({ k: "bad" });
    expect(handle.value).toBe(1);
    writer.publish({ k: 3 });
    expect(handle.value).toBe(3);
  });
});

describe("a view", () => {
  it("is empty before the first snapshot", () => {
    const { reader } = setUp();
    const view = reader.view();
    expect([view.sequenceId, view.keys(), view.getInt("a", 4)]).toEqual([0, [], 4]);
  });

  it("does not change when settings do, in one chunk or many", () => {
    const { writer, reader } = setUp();
    const keys = Array.from({ length: SLOTS_PER_CHUNK * 3 }, (_, i) => `key.${i}`);
    writer.publish(Object.fromEntries(keys.map((key, i) => [key, i])));
    const before = reader.view();
    writer.publish({ "key.0": "new", "key.700": undefined, added: true });
    const after = reader.view();
    expect([before.getInt("key.0"), before.getInt("key.700"), before.isSet("added")]).toEqual([0, 700, false]);
    expect([after.get("key.0"), after.get("key.700"), after.get("added")]).toEqual(["new", undefined, true]);
    expect([before.sequenceId, after.sequenceId]).toEqual([1, 2]);
    expect(before.keys().length).toBe(keys.length);
    expect(after.keys().length).toBe(keys.length);
    for (const [i, key] of keys.entries()) expect(before.getInt(key)).toBe(i);
  });

  it("follows many small publishes, a large one and a new arena", () => {
    const { region, writer, reader } = setUp();
    writer.publish({ a: 0 });
    reader.view();
    for (let i = 1; i <= 5_000; i++) writer.publish({ [`k${i % 50}`]: i });
    expect(reader.view().getInt("k0")).toBe(5_000);
    writer.publish(Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`big${i}`, i])));
    expect(reader.view().getInt("big2999")).toBe(2_999);
    writer.publish({ big2999: -1 });
    expect(reader.view().getInt("BIG2999")).toBe(-1);
    new TestWriter(region).publish({ only: 1 });
    expect(reader.view().keys()).toEqual(["only"]);
  });

  it("lists settings flat and nested", () => {
    const { writer, reader } = setUp();
    writer.publish({ "a.b.c": 1, "a.d": { "x.y": 2 }, e: null, __proto__x: 1, "a.__proto__.z": 5 });
    expect(reader.allKeysLowercased()).toEqual(["__proto__x", "a.__proto__.z", "a.b.c", "a.d", "e"]);
    const nested = reader.allSettings() as { a: { b: { c: number }; d: unknown } };
    expect(nested.a.b.c).toBe(1);
    expect(nested.a.d).toEqual({ "x.y": 2 });
    expect(({} as { z?: number }).z, "no prototype was polluted").toBeUndefined();
    expect(reader.allFlattenedSettingsWithSequenceId()).toMatchObject({ sequenceId: 1, settings: { "a.b.c": 1 } });
    expect(reader.getSubfields("a")).toEqual(["__proto__", "b", "d"]);
    expect([reader.hasSection("a.b"), reader.hasSection("a.b.c")]).toEqual([true, false]);
  });
});
