import { describe, expect, it } from "vitest";
import { createReader } from "../../../../src/main/reader/reader.js";
import { readCounter } from "../../../../src/memory/facts.js";
import { createMockConsumer } from "../../../../src/testing/index.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function setUp() {
  const region = newRegion();
  const writer = new TestWriter(region);
  const reader = createReader(region);
  return { writer, reader, counted: () => readCounter(region, "unreadableValues") };
}

describe("a value that a getter cannot convert", () => {
  it("is counted once a change, however often and by whatever it is asked for", () => {
    const { writer, reader, counted } = setUp();
    writer.publish({ "shop.rate_limit": "lots", other: 1 });
    for (let i = 0; i < 3; i++) {
      expect(reader.getInt("shop.rate_limit", 5)).toBe(5);
      expect(reader.getInt("SHOP.rate_limit", 6)).toBe(6);
      expect(reader.getDuration("shop.rate_limit")).toBe(0);
      expect(reader.setting("shop.rate_limit").asFloat(7).value).toBe(7);
      expect(reader.view().getBool("shop.rate_limit", true)).toBe(true);
    }
    expect(counted()).toBe(1);
    writer.publish({ other: 2 });
    reader.getInt("shop.rate_limit");
    expect(counted(), "after a change of another key").toBe(1);
    writer.publish({ "shop.rate_limit": "many" });
    reader.getInt("shop.rate_limit");
    expect(counted()).toBe(2);
  });

  it("is explained: source and kind of the value, what it was asked for as, and who else gives a default", () => {
    const { writer, reader } = setUp();
    writer.publish({ "shop.rate_limit": "lots" });
    expect(reader.explain("shop.rate_limit").reason).not.toMatch(/convert/);
    reader.getInt("shop.rate_limit");
    const { reason, unreadableBy } = reader.explain("Shop.Rate_Limit");
    expect(reason).toMatch(/asked for as an integer, and the text that "file" holds cannot be converted into that/);
    expect(reason).not.toContain("lots");
    expect(unreadableBy).toEqual([
      "getBool",
      "getInt",
      "getInt32",
      "getInt64",
      "getFloat64",
      "getDuration",
      "getSizeInBytes",
      "getFloat64Slice",
      "getStringMap",
      "getStringMapString",
      "getStringMapStringSlice",
    ]);
  });

  it("leaves no trace by being explained, and none where nothing is wrong: missing keys, null, sections", () => {
    const { writer, reader, counted } = setUp();
    writer.publish({ text: "x", nothing: null, "a.b": 1 });
    for (const key of ["text", "nothing", "a", "missing"]) reader.explain(key);
    for (const key of ["nothing", "a", "missing"]) {
      for (const from of [reader, reader.view()]) {
        from.getInt(key);
        from.getStringSlice(key);
        from.getStringMap(key);
      }
    }
    expect(counted()).toBe(0);
    for (const key of ["nothing", "a", "missing"]) expect(reader.explain(key).unreadableBy, key).toEqual([]);
  });

  it("costs no more than any other once it is known", () => {
    const { writer, reader, counted } = setUp();
    writer.publish(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key.${i}`, "x"])));
    for (let round = 0; round < 3; round++) for (let i = 0; i < 500; i++) reader.getInt(`key.${i}`);
    expect(counted(), "also of more keys than are named").toBe(500);
  });
});

describe("status().unreadable", () => {
  it("names the keys, never values, until they hold something that can be read", () => {
    const mock = createMockConsumer({ "shop.rate_limit": "s3cr3t", "shop.timeout": "soon", fine: 1 });
    expect(mock.status().unreadable).toEqual([]);
    const reader = mock.reader();
    reader.getInt("shop.rate_limit");
    reader.getDuration("shop.timeout");
    reader.getInt("fine");
    expect(mock.status().unreadable).toEqual(["shop.rate_limit", "shop.timeout"]);
    expect(JSON.stringify(mock.status())).not.toContain("s3cr3t");
    mock.set("shop.timeout", "5s");
    expect(mock.status().unreadable).toEqual(["shop.rate_limit"]);
    mock.unset("shop.rate_limit", "file");
    expect(mock.status().unreadable).toEqual([]);
  });

  it("is sorted, in whatever order the keys were asked for", () => {
    const mock = createMockConsumer({ b: "x", c: "x", a: "x" });
    for (const key of ["b", "c", "a"]) mock.reader().getInt(key);
    expect(mock.status().unreadable).toEqual(["a", "b", "c"]);
  });

  it("has what a view could not convert as well: of keys by every getter, and of what may be a section", () => {
    const mock = createMockConsumer({ own: "x", whole: "x", fine: 1 });
    const view = mock.reader().view();
    expect([view.getInt("OWN", 7), view.getStringMap("Whole"), view.getInt("fine")]).toEqual([7, {}, 1]);
    expect(mock.status().unreadable).toEqual(["own", "whole"]);
  });

  it("is bounded: the newest hundred", () => {
    const names = Array.from({ length: 250 }, (_, i) => `key.${String(i).padStart(3, "0")}`);
    const mock = createMockConsumer(Object.fromEntries(names.map((name) => [name, "x"])));
    for (const name of names) mock.reader().getInt(name);
    expect(mock.status().unreadable).toEqual(names.slice(150));
  });
});
