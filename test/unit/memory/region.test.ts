import { describe, expect, it } from "vitest";
import { createReader } from "../../../src/main/reader/reader.js";
import { markWritersGone, readCounter } from "../../../src/memory/facts.js";
import { block, blockOf, header, LOG_ENTRIES, RANGES_PER_CELL_EPOCH, RETIRED } from "../../../src/memory/layout.js";
import { newestPublish } from "../../../src/memory/publish-meta.js";
import { KeyReader } from "../../../src/memory/reader/key-reader.js";
import { Region } from "../../../src/memory/region.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import { change, newRegion, TestWriter, testLimits } from "../../support/memory/region.js";

function valueIn(reader: KeyReader, key: string): unknown {
  return reader.wholeReading(key).state.value;
}

/** Slow-path reads of one entry, counted by looking at what the hot path compares. */
function isHot(reader: KeyReader, key: string): boolean {
  return reader.isCurrent(reader.entry(key));
}

describe("a region", () => {
  it("gives nothing before the first publish, and the value after it", () => {
    const region = newRegion();
    const reader = new KeyReader(region);
    expect(valueIn(reader, "a.b")).toBeUndefined();
    expect(isHot(reader, "a.b"), "an absent key is as cheap as one that exists").toBe(true);
    new TestWriter(region).publish({ "a.b": 7 });
    expect(valueIn(reader, "a.b")).toBe(7);
    expect(valueIn(reader, "A.B"), "keys are compared without regard to case").toBe(7);
    expect(isHot(reader, "a.b")).toBe(true);
  });

  it("shows a key that appears to a reader that has already looked for it", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const reader = new KeyReader(region);
    writer.publish({ first: 1 });
    expect(valueIn(reader, "second")).toBeUndefined();
    expect(isHot(reader, "second")).toBe(true);
    writer.publish({ second: 2 });
    expect(valueIn(reader, "second")).toBe(2);
  });

  it("removes a key and brings it back in the same slot", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const reader = new KeyReader(region);
    writer.publish({ a: 1, b: 2 });
    expect(valueIn(reader, "a")).toBe(1);
    writer.publish({ a: undefined });
    expect(valueIn(reader, "a")).toBeUndefined();
    expect(valueIn(reader, "b")).toBe(2);
    writer.publish({ a: "again" });
    expect(valueIn(reader, "a")).toBe("again");
  });

  it("keeps readers hot for keys that a publish did not touch", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const reader = new KeyReader(region);
    writer.publish({ a: 1, b: 2 });
    const b = reader.entry("b");
    const before = b.stamp;
    writer.publish({ a: 3 });
    expect(reader.words[b.cell], "b's cell is untouched by a change of a").toBe(before);
  });

  it("publishes a whole batch under one number", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ a: 1, b: 1 });
    const blockAt = blockOf(region.load(header.arena));
    const before = region.load(blockAt + block.done);
    writer.publish({ a: 2, b: 2, c: 2 });
    expect(region.load(blockAt + block.done)).toBe(before + 1);
  });

  it("reads every size of value back as it was written, through growth of the memory", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const other = new KeyReader(new Region(region.memory));
    const values: Record<string, string> = {};
    for (let i = 0; i < 40; i++) {
      values[`key.${i}`] = "x".repeat(2 ** Math.floor(i / 2)) + i;
      writer.publish({ [`key.${i}`]: values[`key.${i}`] });
    }
    for (const [key, value] of Object.entries(values)) expect(valueIn(other, key)).toBe(value);
  });

  it("refuses a state over a limit whole and keeps the last good one", () => {
    const region = newRegion();
    const writer = new TestWriter(region, { ...testLimits, maxKeys: 2, maxValueBytes: 100 });
    const reader = new KeyReader(region);
    writer.publish({ a: 1, b: 2 });
    expect(() => writer.publish({ a: 5, c: 3 })).toThrow(/3 keys.*limits\.maxKeys = 2/);
    expect(() => writer.publish({ a: 5, b: "x".repeat(200) })).toThrow(/limits\.maxValueBytes = 100/);
    expect([valueIn(reader, "a"), valueIn(reader, "b"), valueIn(reader, "c")]).toEqual([1, 2, undefined]);
    writer.publish({ b: undefined, c: 3 });
    expect([valueIn(reader, "a"), valueIn(reader, "b"), valueIn(reader, "c")]).toEqual([1, undefined, 3]);
  });

  it("leaves out only what no reader could read, when it is asked to, and says which setting and why", () => {
    const region = newRegion();
    const writer = new TestWriter(region, { ...testLimits, maxValueBytes: 100 });
    const reader = createReader(region);
    writer.publish({ big: "small", a: 1 });
    const circle: { [name: string]: ConfigValue } = {};
    circle.self = circle;
    const long = "k".repeat(65_536);
    const changes = [
      change("big", "x".repeat(200), "small"),
      change("round", circle),
      change(long, 1),
      { ...change("odd", 1), setting: { value: 1, source: "s".repeat(400) } },
      change("a", 2, 1),
    ];
    const publication = { sequenceId: 9, origin: "test", changes };
    const skipped = writer.writer.prepare(publication);
    writer.writer.publish(publication);
    expect(skipped.map(({ key }) => key)).toEqual(["big", "round", long, "odd"]);
    expect(skipped.map(({ error }) => error.message.slice(0, 60))).toMatchObject([
      expect.stringContaining('Setting "big"'),
      expect.stringContaining('Setting "round"'),
      expect.stringContaining("A key of 65536 bytes"),
      expect.stringContaining('Source "sss'),
    ]);
    expect([reader.get("big"), reader.get("a"), reader.get("round"), reader.get("odd")]).toEqual([
      "small",
      2,
      undefined,
      undefined,
    ]);
    expect(newestPublish(region)?.liveKeys).toBe(2);
  });

  it("gives back every name in a map as it was sent, whatever JavaScript makes of such a name elsewhere", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const reader = createReader(region);
    const names = [...Object.getOwnPropertyNames(Object.prototype), "toJSON", "then", "length", "prototype", "Symbol"];
    for (const name of names) {
      const map = JSON.parse(`{${JSON.stringify(name)}: "a", "other": {${JSON.stringify(name)}: [1]}}`) as ConfigValue;
      const key = name.toLowerCase();
      writer.publish({ [`map.${key}`]: map, [`x.${key}`]: 1, [`list.${key}`]: [map] });
      expect(JSON.stringify(reader.get(`map.${name}`)), name).toBe(JSON.stringify(map));
      expect(JSON.stringify(reader.get(`list.${name}`)), name).toBe(JSON.stringify([map]));
      expect(reader.get(`x.${name}`)).toBe(1);
    }
    writer.publish({ constructor: 1, tostring: 2 });
    expect([reader.get("constructor"), reader.get("toString"), reader.get("hasOwnProperty")]).toEqual([
      1,
      2,
      undefined,
    ]);
  });

  it("says whether layers below the winners are all there", () => {
    const region = newRegion();
    const { writer } = new TestWriter(region);
    const reader = createReader(region);
    const layers = ["default", "file"].map((source) => ({ source, value: 1 }));
    const changes = [change("a", 1), { ...change("b", 1), setting: { value: 1, source: "file", layers } }];
    writer.publish({ sequenceId: 1, origin: "test", changes });
    expect([reader.explain("a").lowerLayers, reader.explain("b").lowerLayers]).toEqual(["unknown", "possibly old"]);
    writer.publish({ sequenceId: 2, origin: "test", changes: [], lowerLayers: "once" });
    expect([reader.explain("a").lowerLayers, reader.explain("b").lowerLayers]).toEqual([
      "possibly old",
      "possibly old",
    ]);
    writer.publish({ sequenceId: 3, origin: "test", changes: [], lowerLayers: "all" });
    expect([reader.explain("a").lowerLayers, reader.explain("b").lowerLayers]).toEqual(["known", "known"]);
  });

  it("refuses what does not fit into the region, says which limit, and goes on", () => {
    const region = newRegion(8 * 65_536);
    const writer = new TestWriter(region);
    const reader = new KeyReader(region);
    writer.publish({ a: "small" });
    expect(() => writer.publish({ a: "x".repeat(400_000), b: "y".repeat(400_000) })).toThrow(/limits\.maxRegionBytes/);
    expect(valueIn(reader, "a")).toBe("small");
    writer.publish({ a: "still works" });
    expect(valueIn(reader, "a")).toBe("still works");
    expect(valueIn(reader, "b")).toBeUndefined();
  });

  it("refuses memory of another layout with a clear error", () => {
    const region = newRegion();
    region.store(header.version, 99);
    expect(() => new Region(region.memory)).toThrow(ConfigStreamError);
    expect(() => new Region(region.memory)).toThrow(/layout version 99/);
  });
});

describe("the hand-over to a new arena", () => {
  it("leaves the pages of a writer that may still live alone, and takes them once it has provably ended", () => {
    const region = newRegion();
    const held = blockOf(1);
    for (let life = 1; life <= 3; life++) new TestWriter(region).publish({ a: `life ${life}` });
    const extents = region.load(held + block.extents);
    expect(extents).toBeGreaterThan(0);
    expect(region.load(held + block.begun)).not.toBe(RETIRED);
    const { byteLength } = region.memory.buffer;
    markWritersGone(region);
    new TestWriter(region).publish({ a: "the last" });
    expect(region.load(held + block.extents)).toBe(0);
    expect(region.load(held + block.begun)).toBe(RETIRED);
    expect(region.memory.buffer.byteLength).toBe(byteLength);
    expect(valueIn(new KeyReader(region), "a")).toBe("the last");
  });

  it("moves every reader to the new writer's state: changed, unchanged, gone and new keys", () => {
    const region = newRegion();
    new TestWriter(region).publish({ same: 1, changed: 1, gone: 1 });
    const reader = new KeyReader(region);
    for (const key of ["same", "changed", "gone", "fresh"]) reader.entry(key);
    new TestWriter(region).publish({ fresh: 2, changed: 2, same: 1 });
    expect(["same", "changed", "gone", "fresh"].map((key) => valueIn(reader, key))).toEqual([1, 2, undefined, 2]);
    expect(["same", "changed", "gone", "fresh"].map((key) => isHot(reader, key))).toEqual([true, true, true, true]);
  });

  it("lets a writer that was only thought dead spoil nothing", () => {
    const region = newRegion();
    const zombie = new TestWriter(region);
    zombie.publish({ a: 1, b: 1 });
    const reader = new KeyReader(region);
    reader.entry("a");
    const heir = new TestWriter(region);
    heir.publish({ b: 2, a: 2, c: 2 });
    expect(valueIn(reader, "a")).toBe(2);
    for (let i = 0; i < 100; i++) zombie.publish({ a: `zombie ${i}`, [`new ${i}`]: i });
    expect([valueIn(reader, "a"), valueIn(reader, "b"), valueIn(reader, "c")]).toEqual([2, 2, 2]);
    heir.publish({ a: 3 });
    expect(valueIn(reader, "a")).toBe(3);
    expect(valueIn(new KeyReader(region), "new 5")).toBeUndefined();
  });

  it("keeps an idle reader from mistaking an old number for a new one when all 32-bit numbers have been used", () => {
    const region = newRegion();
    const reader = new KeyReader(region);
    // As in another thread: it has not taken in what the memory will have grown by.
    const idle = new KeyReader(new Region(region.memory));
    let writer = new TestWriter(region);
    writer.publish({ a: "first", b: 0 });
    expect(valueIn(idle, "a")).toBe("first");
    expect(valueIn(idle, "nothing")).toBeUndefined();
    // As if as many arenas had come and gone as there are ranges of publish numbers: the same numbers come again.
    region.store(header.rangesTaken, RANGES_PER_CELL_EPOCH);
    markWritersGone(region);
    writer = new TestWriter(region);
    writer.publish({ a: "second", b: 0 });
    expect(valueIn(idle, "a")).toBe("second");
    writer.publish({ nothing: "something" });
    expect(valueIn(idle, "nothing")).toBe("something");
    expect(valueIn(reader, "a")).toBe("second");
    expect(isHot(idle, "a")).toBe(true);
  });

  it.each([
    ["2³¹", 126],
    ["2³²", 254],
  ])("goes on through publish numbers around %s", (_name, rangesBefore) => {
    const region = newRegion();
    region.store(header.rangesTaken, rangesBefore);
    const publishesPerArena = 8;
    const writer = new TestWriter(region, testLimits, publishesPerArena);
    const reader = new KeyReader(region);
    const numbers = new Set<number>();
    for (let i = 1; i <= 40; i++) {
      writer.publish({ a: i, [`key ${i % 9}`]: i });
      expect(valueIn(reader, "a")).toBe(i);
      expect(valueIn(reader, `key ${i % 9}`)).toBe(i);
      numbers.add(region.load(blockOf(region.load(header.arena)) + block.done));
    }
    expect(numbers.size, "no publish number was used twice").toBe(40);
    expect(region.load(header.arena), "arenas were replaced before their ranges ran out").toBeGreaterThan(4);
    expect(readCounter(region, "contendedReads")).toBe(0);
  });
});

describe("the ring of changed slots", () => {
  it("is jumped over by a publish that would fill it", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ a: 1 });
    const before = newestPublish(region)?.logHead ?? 0;
    writer.publish(Object.fromEntries(Array.from({ length: LOG_ENTRIES }, (_, i) => [`k${i}`, i])));
    expect((newestPublish(region)?.logHead ?? 0) - before).toBe(LOG_ENTRIES);
  });
});
