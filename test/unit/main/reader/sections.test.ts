import { describe, expect, it } from "vitest";
import type { Reader, SettingGetters } from "../../../../src/main/reader/api.js";
import { createReader } from "../../../../src/main/reader/reader.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function setUp() {
  const region = newRegion();
  const writer = new TestWriter(region);
  return { region, writer, reader: createReader(region) };
}

/** Both readers of the present state: the live one, and a view that is taken when it is asked. */
const kinds: [name: string, of: (reader: Reader) => SettingGetters][] = [
  ["the reader", (reader) => reader],
  ["a view", (reader) => reader.view()],
];

describe.each(kinds)("a section, read by %s,", (_, of) => {
  it("is the nested object of the settings below it, deeply frozen", () => {
    const { writer, reader } = setUp();
    writer.publish({ "a.b.c": 1, "a.b.d": [2], "a.e": "x", other: 1 });
    const section = of(reader).get("A") as { b: { c: number; d: number[] }; e: string };
    expect(section).toEqual({ b: { c: 1, d: [2] }, e: "x" });
    for (const change of [() => (section.e = ""), () => (section.b.c = 0), () => section.b.d.push(1)]) {
      expect(change).toThrow(TypeError);
    }
    expect(of(reader).get("a.b")).toEqual({ c: 1, d: [2] });
    expect(of(reader).getStringMap("a.b")).toEqual({ c: 1, d: [2] });
    expect(of(reader).getStringMapString("a")).toEqual({ b: "", e: "x" });
    expect(of(reader).getStringMapStringSlice("a.b")).toEqual({ c: ["1"], d: ["2"] });
  });

  it("leaves a map as it was sent, dots in its names included, and does not look inside it", () => {
    const { writer, reader } = setUp();
    const labels = { "app.kubernetes.io/name": "app", plain: "x" };
    writer.publish({ "a.labels": labels });
    expect(of(reader).get("a")).toEqual({ labels });
    expect(of(reader).get("a.labels")).toEqual(labels);
    expect(of(reader).get("a.labels.plain")).toBeUndefined();
    expect(of(reader).isKnown("a.labels.plain")).toBe(false);
  });

  it("is to the getters of single values what a missing key is", () => {
    const { writer, reader } = setUp();
    writer.publish({ "a.b": 1 });
    const from = of(reader);
    expect([from.getString("a", "d"), from.getInt("a", 7), from.getBool("a", true)]).toEqual(["d", 7, true]);
    expect([from.getStringSlice("a", ["d"]), from.getSource("a"), from.getAllSources("a")]).toEqual([["d"], "", []]);
  });

  it("takes no key that only begins with the same letters", () => {
    const { writer, reader } = setUp();
    writer.publish({ "a.b": 1, ab: 2, "a-b.c": 3, "ab.c": 4, "é.a": 5 });
    expect(of(reader).get("a")).toEqual({ b: 1 });
    expect(of(reader).get("é")).toEqual({ a: 5 });
    expect([of(reader).get("a."), of(reader).get(""), of(reader).get(".")]).toEqual([undefined, undefined, undefined]);
  });

  it("has a key that is its name and a dot as the setting without a name, as all settings have", () => {
    const { writer, reader } = setUp();
    writer.publish({ "a.": 1, "b.": 2, "b.x": 3, c: null, "c.": 4 });
    const from = of(reader);
    expect([from.get("a"), from.get("b"), from.get("c")]).toEqual([{ "": 1 }, { "": 2, x: 3 }, { "": 4 }]);
    expect([from.isKnown("a"), from.isSetting("c"), from.getSubfields("b")]).toEqual([true, false, ["", "x"]]);
    expect(reader.view().allSettings()).toEqual({ a: { "": 1 }, b: { "": 2, x: 3 }, c: { "": 4 } });
    expect(reader.setting("b").as((value) => value).value).toEqual({ "": 2, x: 3 });
  });

  it("does not hide a value of its own name, unless that is null", () => {
    const { writer, reader } = setUp();
    writer.publish({ a: 1, "a.b": 2, n: null, "n.b": 3, alone: null });
    expect(of(reader).get("a")).toBe(1);
    expect([of(reader).isSetting("a"), of(reader).getSubfields("a")]).toEqual([true, ["b"]]);
    expect([of(reader).get("n"), of(reader).isSetting("n")]).toEqual([{ b: 3 }, false]);
    expect([of(reader).get("alone", 5), of(reader).isSetting("alone")]).toEqual([null, true]);
  });

  it("keeps names that objects have by nature", () => {
    const { writer, reader } = setUp();
    writer.publish({ "a.__proto__.x": 1, "a.constructor": 2 });
    const section = of(reader).getStringMap("a");
    expect(Object.keys(section).sort()).toEqual(["__proto__", "constructor"]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("comes and goes with the settings below it", () => {
    const { region, writer, reader } = setUp();
    expect([of(reader).get("a"), of(reader).isKnown("a")]).toEqual([undefined, false]);
    writer.publish({ other: 1 });
    expect(of(reader).getStringMap("a", { d: 1 })).toEqual({ d: 1 });
    writer.publish({ "a.b": 1 });
    expect(of(reader).get("a")).toEqual({ b: 1 });
    writer.publish({ "a.c": 2 });
    expect(of(reader).get("a")).toEqual({ b: 1, c: 2 });
    writer.publish({ "a.b": undefined, "a.c": undefined });
    expect([of(reader).get("a"), of(reader).isKnown("a"), of(reader).getSubfields("a")]).toEqual([
      undefined,
      false,
      [],
    ]);
    writer.publish({ "a.c": 3 });
    expect(of(reader).get("a")).toEqual({ c: 3 });
    new TestWriter(region).publish({ "x.y": 0, "a.d": 4 });
    expect(of(reader).get("a")).toEqual({ d: 4 });
  });

  it("is the same object until something in it changes", () => {
    const { writer, reader } = setUp();
    writer.publish({ "a.b": 1, other: 1 });
    const [section, texts] = [reader.get("a"), reader.getStringMapString("a")];
    expect(of(reader).get("a")).toBe(of(reader).get("a"));
    writer.publish({ other: 2 });
    writer.publish({ "other.new": 3 });
    expect(reader.get("a")).toBe(section);
    expect(reader.getStringMapString("a")).toBe(texts);
    writer.publish({ "a.b": 2 });
    expect(reader.get("a")).not.toBe(section);
    expect(of(reader).get("a")).toEqual({ b: 2 });
  });
});

it("a section of 5,000 settings among 20,000 is followed through changes", () => {
  const { writer, reader } = setUp();
  const keys = Array.from({ length: 20_000 }, (_, i) => `part${i % 4}.key${i}`);
  writer.publish(Object.fromEntries(keys.map((key, i) => [key, i])));
  expect(Object.keys(reader.getStringMap("part3"))).toHaveLength(5_000);
  writer.publish({ "part3.key7": "changed", "part3.key11": undefined, "part3.new": true });
  const section = reader.getStringMap("part3");
  expect([section.key7, section.key11, section.new, section.key15]).toEqual(["changed", undefined, true, 15]);
  expect(Object.keys(section)).toHaveLength(5_000);
});

it("the answer before which all others were forgotten is as new as any after the next publish", () => {
  const { writer, reader } = setUp();
  writer.publish({ "s.a": 1 });
  // By two getters, so that there are as many answers as are kept before there are as many keys.
  for (let i = 0; i < 5_000; i++)
    expect([reader.get(`made up ${i}`), reader.isSet(`made up ${i}`)]).toEqual([undefined, false]);
  expect(reader.get("s")).toEqual({ a: 1 });
  writer.publish({ "s.a": 2 });
  expect(reader.get("s")).toEqual({ a: 2 });
});

it("names that a caller makes up do not fill the memory, and answers stay right", () => {
  const { writer, reader } = setUp();
  writer.publish({ "a.b": 1 });
  for (let i = 0; i < 3_000; i++) expect(reader.get(`made up ${i}`, i)).toBe(i);
  expect(reader.get("a")).toEqual({ b: 1 });
  writer.publish({ "made up 2.x": 1 });
  expect(reader.get("made up 2")).toEqual({ x: 1 });
});

it("explain tells a section from a missing key", () => {
  const { writer, reader } = setUp();
  writer.publish({ "a.b": 1, "a.c": 2 });
  const { value, source, layers, isSet, sequenceId, reason } = reader.explain("a");
  expect([value, source, layers, isSet, sequenceId]).toEqual([{ b: 1, c: 2 }, "", [], true, 1]);
  expect(reason).toBe('"a" is a section with 2 settings below it.');
  expect(reader.explain("a.b").reason).toMatch(/comes from source "file"/);
});

it("a section and a name that another worker's state does not have are gone with the old one", () => {
  const { region, writer, reader } = setUp();
  writer.publish({ "gone.a": 1, name: null });
  expect([reader.get("gone"), reader.getSubfields("gone"), reader.get("name")]).toEqual([{ a: 1 }, ["a"], null]);
  new TestWriter(region).publish({ other: 1 });
  expect([reader.get("gone"), reader.getSubfields("gone"), reader.get("name")]).toEqual([undefined, [], undefined]);
});
