import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createReader } from "../../../../src/main/reader/reader.js";
import { changedSlots, currentPosition } from "../../../../src/memory/arena-reader.js";
import { cellStamp } from "../../../../src/memory/cells.js";
import { ABSENT_CELL, block, LATEST_CELL, LOG_ENTRIES } from "../../../../src/memory/layout.js";
import { newestPublish } from "../../../../src/memory/publish-meta.js";
import { KeyReader } from "../../../../src/memory/reader/key-reader.js";
import { DirectoryWriter } from "../../../../src/memory/writer/directory-writer.js";
import { faultsOf, presentBlock, recordsOf } from "../../../support/memory/arena-map.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function published(values: Parameters<TestWriter["publish"]>[0]) {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish(values);
  return { region, writer };
}

const numbered = (count: number, start = "k") =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${start}${i}`, i]));

describe("an arena", () => {
  it("keeps every table, key, name and record in a place of its own, whatever is published in whatever order", () => {
    const key = fc.oneof(
      fc.nat(30).map((i) => `key.${i}`),
      fc.nat(5).map((i) => `ключ.${i}`),
    );
    const value = fc.option(
      fc.oneof(
        fc.integer(),
        fc.nat(600).map((n) => "x".repeat(n)),
        fc.nat(9_000).map((n) => "y".repeat(n)),
      ),
      { nil: undefined },
    );
    const publish = fc.dictionary(key, value, { maxKeys: 12 });
    fc.assert(
      fc.property(fc.array(publish, { minLength: 1, maxLength: 12 }), (publishes) => {
        const region = newRegion();
        const writer = new TestWriter(region);
        const reader = createReader(region);
        for (const values of publishes) {
          writer.publish(values);
          expect(faultsOf(region)).toEqual([]);
        }
        expect(reader.view().keys()).toEqual([...writer.state.keys()].sort());
        for (const [name, content] of writer.state) expect(reader.get(name)).toBe(content);
        expect(newestPublish(region)?.liveKeys).toBe(writer.state.size);
      }),
      { numRuns: 12 },
    );
  });

  it("finds every key again while its table and its chunks of slots grow", () => {
    const { region, writer } = published(numbered(40));
    const reader = createReader(region);
    for (const count of [51, 52, 53, 102, 103, 104, 511, 512, 513, 1_100]) {
      writer.publish(numbered(count));
      expect(faultsOf(region)).toEqual([]);
      const keys = new KeyReader(region);
      // By the table alone: a reader that looks at everything below a name would find them without it.
      expect(Array.from({ length: count }, (_, i) => keys.entry(`k${i}`).state.value)).toEqual(
        Object.values(numbered(count)),
      );
    }
    expect(reader.get("k1100")).toBeUndefined();
  });

  it("refuses more keys than a region has cells for, before it takes any memory", () => {
    const region = newRegion();
    const at = region.grow(2) * (65_536 / 4);
    const directory = new DirectoryWriter(region, presentBlock(region), () => at, 1);
    const { byteLength } = region.memory.buffer;
    expect(() => directory.prepare(512 * 4_096 - 15)).toThrow(/2097137 keys are more than the 2097136/);
    expect(region.memory.buffer.byteLength).toBe(byteLength);
  });

  it("gives a text that is not ASCII back, as a key, a value, a source and an origin", () => {
    const region = newRegion();
    const { writer } = new TestWriter(region);
    const setting = { value: "wärme", source: "quelle für wärme", layers: undefined };
    const changes = [{ key: "schlüssel.ß", setting, oldValue: undefined, valueChanged: true }];
    writer.publish({ sequenceId: 70_000, origin: "wärme 1", changes, atMs: 1_700_000_000_123 });
    const reader = createReader(region);
    expect([reader.get("schlüssel.ß"), reader.getSource("schlüssel.ß")]).toEqual(["wärme", "quelle für wärme"]);
    expect(newestPublish(region)).toMatchObject({ sequenceId: 70_000, origin: "wärme 1", atMs: 1_700_000_000_123 });
  });

  it("says of every publish who sent it and when, in whatever order origins come", () => {
    const region = newRegion();
    const { writer } = new TestWriter(region);
    const origins = ["a", "a", "b", "a", "", "c".repeat(200), "d".repeat(201), "c", "€".repeat(300), "a", "a"];
    origins.forEach((origin, i) => {
      writer.publish({ sequenceId: i, origin, changes: [], atMs: 2 ** 32 * i + 5 });
      expect(newestPublish(region)).toMatchObject({
        sequenceId: i,
        origin: origin.slice(0, 200),
        atMs: 2 ** 32 * i + 5,
      });
      expect(faultsOf(region)).toEqual([]);
    });
  });

  it("writes a value of the same size into the place of its predecessor but one, and so needs two places", () => {
    const { region, writer } = published({ a: "x".repeat(100) });
    const places = new Set<number>();
    for (let i = 0; i < 10; i++) {
      writer.publish({ a: `${"y".repeat(99)}${i}` });
      for (const { at } of recordsOf(region, 0)) places.add(at);
    }
    expect(places.size).toBe(2);
  });

  it("gives the place of a value free when its successor but one is of another size, for the next that fits", () => {
    const { region, writer } = published({ a: "x".repeat(100) });
    const [first] = recordsOf(region, 0);
    writer.publish({ a: "y".repeat(3_000) });
    writer.publish({ b: "z".repeat(100) });
    expect(recordsOf(region, 1)[0]?.at, "it is still what a reader of the publish before may read").not.toBe(first?.at);
    writer.publish({ a: "y".repeat(5_000) });
    writer.publish({ c: "z".repeat(100) });
    expect(recordsOf(region, 2)[0]?.at).toBe(first?.at);
  });

  it("gives the place of a removed value free, for the next that fits", () => {
    const { region, writer } = published({ a: "x".repeat(100) });
    const [first] = recordsOf(region, 0);
    writer.publish({ a: undefined });
    writer.publish({ a: "y".repeat(3_000) });
    writer.publish({ b: "z".repeat(100) });
    expect(recordsOf(region, 1)[0]?.at).toBe(first?.at);
  });

  it("has no slot for a key that was removed before it ever existed", () => {
    const { region, writer } = published({ a: 1 });
    writer.publish({ never: undefined });
    writer.publish({ never: undefined, b: 1 });
    expect(region.load(presentBlock(region) + block.slots)).toBe(2);
    expect(newestPublish(region)?.liveKeys).toBe(2);
    expect(createReader(region).get("b")).toBe(1);
  });

  it("makes readers look again for keys that they did not find only when a key was added", () => {
    const { region, writer } = published({ a: 1, b: 1 });
    const absent = cellStamp(region, ABSENT_CELL);
    writer.publish({ a: 2 });
    writer.publish({ a: undefined });
    writer.publish({ a: 3 });
    expect(cellStamp(region, ABSENT_CELL)).toBe(absent);
    writer.publish({ c: 1 });
    expect(cellStamp(region, ABSENT_CELL)).not.toBe(absent);
  });

  it("shows every publish in the cell of the latest one, also one that changes no setting", () => {
    const { region, writer } = published({ a: 1 });
    const latest = cellStamp(region, LATEST_CELL);
    writer.publish({});
    expect(cellStamp(region, LATEST_CELL)).toBe(latest + 1);
  });

  it("takes nothing for a publish that was refused, however often that happens", () => {
    const region = newRegion(10 * 65_536);
    const writer = new TestWriter(region);
    writer.publish({ a: "x".repeat(60_000) });
    const small = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`s${i}`, "y".repeat(3_000)]));
    for (let i = 0; i < 10; i++) {
      expect(() => writer.publish({ ...small, a: "z".repeat(600_000) })).toThrow(/limits\.maxRegionBytes/);
    }
    writer.publish(small);
    expect(createReader(region).get("s19")).toBe("y".repeat(3_000));
    expect(faultsOf(region)).toEqual([]);
  });
});

describe("the ring of changed slots", () => {
  /** The slots that a publish writes to it; `undefined` when it says that there were too many. */
  function written(
    writer: TestWriter,
    region: ReturnType<typeof newRegion>,
    values: Parameters<TestWriter["publish"]>[0],
  ) {
    const from = newestPublish(region)?.logHead ?? 0;
    writer.publish(values);
    const to = newestPublish(region)?.logHead ?? 0;
    return changedSlots(region, currentPosition(region), from, to);
  }

  it("holds the slots that each publish changed, and none for a key that never existed", () => {
    const { region, writer } = published({ a: 1, b: 2, c: 3 });
    expect(written(writer, region, { c: 4, a: 5 })).toEqual([2, 0]);
    expect(written(writer, region, { b: undefined, never: undefined, d: 1 })).toEqual([1, 3]);
    expect(written(writer, region, {})).toEqual([]);
  });

  it("goes on at its beginning when it is full", () => {
    const { region, writer } = published(numbered(1_000));
    for (let i = 0; i < 9; i++) {
      expect(written(writer, region, numbered(1_000))).toEqual(Array.from({ length: 1_000 }, (_, slot) => slot));
    }
  });

  it("is jumped over only by a publish that changes more than a quarter of what it holds", () => {
    const { region, writer } = published(numbered(LOG_ENTRIES / 4 + 1));
    expect(written(writer, region, numbered(LOG_ENTRIES / 4))?.length).toBe(LOG_ENTRIES / 4);
    expect(written(writer, region, numbered(LOG_ENTRIES / 4 + 1))).toBeUndefined();
  });
});
