import { describe, expect, it } from "vitest";
import type { Reader } from "../../../../src/main/reader/api.js";
import { createReader } from "../../../../src/main/reader/reader.js";
import { markWritersGone } from "../../../../src/memory/facts.js";
import { header, LOG_ENTRIES, RANGES_PER_CELL_EPOCH, RETIRED } from "../../../../src/memory/layout.js";
import { Region } from "../../../../src/memory/region.js";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { newRegion, TestWriter, testLimits } from "../../../support/memory/region.js";

/** A region that counts how often it is looked at. The hot path, a read of a view, is not counted. */
class CountingRegion extends Region {
  accesses = 0;
  /** From so many closing checks on, each fails, as when a writer publishes without a pause. */
  failsAfter = Number.POSITIVE_INFINITY;

  override plain(word: number): number {
    this.accesses++;
    return super.plain(word);
  }

  override load(word: number): number {
    this.accesses++;
    return super.load(word);
  }

  override add(word: number, value: number): number {
    this.accesses++;
    if (value === 0 && this.failsAfter-- <= 0) return RETIRED;
    return super.add(word, value);
  }
}

function setUp() {
  const region = new CountingRegion(newRegion().memory);
  // As in another thread: the writer has a view of its own.
  const writer = new TestWriter(new Region(region.memory));
  const reader = createReader(region);
  const cost = (read: () => unknown): number => {
    region.accesses = 0;
    read();
    return region.accesses;
  };
  return { writer, region, reader, cost };
}

const keys = Array.from({ length: 2_000 }, (_, i) => `key.${i}`);
const all = Object.fromEntries(keys.map((key, i) => [key, i]));

describe("a getter of which nothing has changed", () => {
  it("touches nothing but the word that every publish changes, for keys that exist, do not, or cannot be converted", () => {
    const { writer, reader, cost } = setUp();
    writer.publish({ text: "abc", number: 7, truth: true, none: "x" });
    const reads = [
      () => reader.getString("text", "-"),
      () => reader.getInt("number"),
      () => reader.getInt("NUMBER"),
      () => reader.getBool("truth"),
      () => reader.getFloat64("number"),
      () => reader.getDuration("number"),
      () => reader.getInt("text", -1),
      () => reader.getInt("missing", -2),
      () => reader.getString("missing", "none"),
    ];
    const values = reads.map((read) => read());
    expect(values).toEqual(["abc", 7, 7, true, 7, 7e-6, -1, -2, "none"]);
    for (const [index, read] of reads.entries()) expect(cost(read), `read ${index}`).toBe(0);
    expect(reads.map((read) => read())).toEqual(values);
  });
});

const everyGetter: Readonly<Record<string, (reader: Reader, key: string) => unknown>> = {
  get: (reader, key) => reader.get(key),
  getString: (reader, key) => reader.getString(key, "d"),
  getBool: (reader, key) => reader.getBool(key, true),
  getInt: (reader, key) => reader.getInt(key, -1),
  getInt32: (reader, key) => reader.getInt32(key, -1),
  getInt64: (reader, key) => reader.getInt64(key, -1),
  getFloat64: (reader, key) => reader.getFloat64(key, -1),
  getDuration: (reader, key) => reader.getDuration(key, -1),
  getStringSlice: (reader, key) => reader.getStringSlice(key, ["d"]),
  getFloat64Slice: (reader, key) => reader.getFloat64Slice(key, [-1]),
  getStringMap: (reader, key) => reader.getStringMap(key, { d: 1 }),
  getStringMapString: (reader, key) => reader.getStringMapString(key, { d: "1" }),
  getStringMapStringSlice: (reader, key) => reader.getStringMapStringSlice(key, { d: ["1"] }),
  getSizeInBytes: (reader, key) => reader.getSizeInBytes(key, -1),
  isSet: (reader, key) => reader.isSet(key),
  isConfigured: (reader, key) => reader.isConfigured(key),
  getSource: (reader, key) => reader.getSource(key),
};

it.each(Object.entries(everyGetter))(
  "%s gives the same again without a look at the memory, and what a key holds anew after each change",
  (_, get) => {
    const { writer, region, reader, cost } = setUp();
    const values = { text: "12", no: "false", list: ["1", "2"], map: { a: "1" }, lists: { a: ["1"] } };
    const publish = (source: string, of: Readonly<Record<string, ConfigValue>>) => {
      const changes = Object.entries(of).map(([key, value]) => ({
        key,
        setting: { value, source, layers: undefined },
        oldValue: source === "default" ? undefined : 1,
        valueChanged: true,
      }));
      writer.writer.publish({ sequenceId: 1, origin: "test", changes });
    };
    // What readers that know nothing yet give.
    const fresh = () => keys.map((key) => get(createReader(region), key));
    const keys = Object.keys(values);
    publish("default", values);
    const first = keys.map((key) => get(reader, key));
    expect(first).toEqual(fresh());
    for (const [i, key] of keys.entries()) {
      expect(cost(() => expect(get(reader, key)).toEqual(first[i]))).toBe(0);
    }
    publish("cli", { text: "13", no: null, list: ["3"], map: { b: "2" }, lists: { b: ["2"] } });
    for (let round = 0; round < 2; round++) expect(keys.map((key) => get(reader, key))).toEqual(fresh());
    expect(keys.map((key) => get(reader, key))).not.toEqual(first);
  },
);

describe("the first reads after a publish (G6)", () => {
  it("cost the change and not the keys that this thread knows, nor those that exist", () => {
    const { writer, reader, cost } = setUp();
    writer.publish(all);
    for (const key of keys) reader.getInt(key);
    writer.publish({ "key.5": -5 });
    expect(cost(() => reader.getInt("key.6"))).toBeLessThan(30);
    expect(cost(() => expect(reader.getInt("key.5")).toBe(-5))).toBeLessThan(60);
    expect(cost(() => keys.map((key) => reader.getInt(key)))).toBe(0);
  });

  it("keep what did not change through hundreds of publishes, and give what did", () => {
    const { writer, reader, cost } = setUp();
    writer.publish(all);
    for (const key of keys) reader.getInt(key);
    for (let i = 0; i < 500; i++) writer.publish({ [`key.${i % 7}`]: 10_000 + i });
    cost(() => reader.getInt("key.100"));
    expect(cost(() => keys.slice(7).map((key) => reader.getInt(key)))).toBe(0);
    expect(keys.slice(0, 7).map((key) => reader.getInt(key))).toEqual(
      [497, 498, 499, 493, 494, 495, 496].map((i) => 10_000 + i),
    );
  });

  it("give every key right when more has changed than the ring of changed slots holds", () => {
    const { writer, reader } = setUp();
    writer.publish(all);
    for (const key of keys) reader.getInt(key);
    for (let i = 0; i < LOG_ENTRIES; i++) writer.publish({ "key.1": i, "key.2": -i });
    expect([reader.getInt("key.1"), reader.getInt("key.2"), reader.getInt("key.3")]).toEqual([
      LOG_ENTRIES - 1,
      1 - LOG_ENTRIES,
      3,
    ]);
    writer.publish(Object.fromEntries(keys.map((key, i) => [key, i + 1])));
    expect(keys.map((key) => reader.getInt(key))).toEqual(keys.map((_, i) => i + 1));
  });

  it("forget a key in all its spellings and types", () => {
    const { writer, reader } = setUp();
    const read = () => [
      reader.getInt("k.K"),
      reader.getInt("K.K"),
      reader.getString("k.k"),
      reader.getBool("K.k"),
      reader.getFloat64("k.k"),
    ];
    writer.publish({ "k.k": 0, other: 1 });
    expect(read()).toEqual([0, 0, "0", false, 0]);
    writer.publish({ "k.k": 1 });
    expect(read()).toEqual([1, 1, "1", true, 1]);
    writer.publish({ "k.k": undefined });
    expect(read()).toEqual([0, 0, "", false, 0]);
    writer.publish({ "k.k": 1 });
    expect(read()).toEqual([1, 1, "1", true, 1]);
  });

  it("see a key that appears, and cost nothing for absent ones that stay absent", () => {
    const { writer, reader, cost } = setUp();
    writer.publish({ a: 1 });
    const absent = ["b", "c", "d"];
    const read = () => absent.map((key) => reader.getInt(key, -1));
    expect(read()).toEqual([-1, -1, -1]);
    writer.publish({ c: 3 });
    expect(read()).toEqual([-1, 3, -1]);
    writer.publish({ a: 2 });
    expect(cost(read), "catching up").toBeLessThan(30);
    expect(cost(read)).toBe(0);
  });
});

describe("a read that gives up, since publishes outrun it", () => {
  it("gives what was known, and is made again by the next read", () => {
    const { writer, region, reader } = setUp();
    writer.publish({ a: 1 });
    expect(reader.getInt("a")).toBe(1);
    writer.publish({ a: 2 });
    // Catching up succeeds, reading the key does not.
    region.failsAfter = 1;
    expect(reader.getInt("a")).toBe(1);
    region.failsAfter = Number.POSITIVE_INFINITY;
    expect(reader.getInt("a")).toBe(2);
  });

  it("asks the key's own cell when even catching up does not succeed", () => {
    const { writer, region, reader } = setUp();
    writer.publish({ a: 1, b: 1 });
    expect([reader.getInt("a"), reader.getInt("b")]).toEqual([1, 1]);
    writer.publish({ b: 2 });
    region.failsAfter = 0;
    expect([reader.getInt("a"), reader.getInt("b")]).toEqual([1, 1]);
    region.failsAfter = Number.POSITIVE_INFINITY;
    expect([reader.getInt("a"), reader.getInt("b")]).toEqual([1, 2]);
  });
});

describe("a getter's thread", () => {
  it("moves to a new arena, and keeps nothing of the old one", () => {
    const { writer, region, reader } = setUp();
    writer.publish({ same: 1, changed: 1, gone: 1 });
    const read = () => ["same", "changed", "gone", "fresh"].map((key) => reader.getInt(key, -1));
    expect(read()).toEqual([1, 1, 1, -1]);
    markWritersGone(region);
    new TestWriter(region).publish({ fresh: 2, changed: 2, same: 1 });
    expect(read()).toEqual([1, 2, -1, 2]);
  });

  it("is not deceived by publish numbers that come again when all 32-bit numbers have been used", () => {
    const { writer, region, reader } = setUp();
    writer.publish({ a: 1 });
    expect([reader.getInt("a"), reader.getInt("b", -1)]).toEqual([1, -1]);
    region.store(header.rangesTaken, RANGES_PER_CELL_EPOCH);
    markWritersGone(region);
    const heir = new TestWriter(region, testLimits);
    heir.publish({ a: 2 });
    expect([reader.getInt("a"), reader.getInt("b", -1)]).toEqual([2, -1]);
    heir.publish({ b: 3 });
    expect([reader.getInt("a"), reader.getInt("b", -1)]).toEqual([2, 3]);
  });
});
