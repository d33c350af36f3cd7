/** The memory is used again: what takes its time to see is here. */
import { describe, expect, it } from "vitest";
import { createReader } from "../../../src/main/reader/reader.js";
import { markWritersGone, readCounter } from "../../../src/memory/facts.js";
import { ARENA_BLOCKS, header } from "../../../src/memory/layout.js";
import { newestPublish } from "../../../src/memory/publish-meta.js";
import { KeyReader } from "../../../src/memory/reader/key-reader.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import { change, newRegion, TestWriter } from "../../support/memory/region.js";

function valueIn(reader: KeyReader, key: string): unknown {
  return reader.wholeReading(key).state.value;
}

describe("a region", () => {
  it("uses the space of overwritten values again, so that a million updates do not grow it", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ a: "x".repeat(500), b: 1 });
    for (let i = 0; i < 50; i++) writer.publish({ a: "y".repeat(400 + (i % 100)) });
    const before = region.memory.buffer.byteLength;
    for (let i = 0; i < 20_000; i++) writer.publish({ a: "y".repeat(400 + (i % 100)) });
    expect(region.memory.buffer.byteLength).toBe(before);
  });

  it("needs no more space when every publish comes from another origin", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const reader = createReader(region);
    const bytes = () => region.memory.buffer.byteLength;
    let before = 0;
    for (let i = 0; i < 20_000; i++) {
      const origin = `${"origin ".repeat(20)}${i % 3 === 0 ? 0 : i}`;
      writer.writer.publish({ sequenceId: i, origin, changes: [change("a", i, i === 0 ? undefined : i - 1)] });
      if (i === 10) before = bytes();
      if (i % 1_000 < 5) expect([newestPublish(region)?.origin, reader.getInt("a")]).toEqual([origin, i]);
    }
    expect(bytes()).toBe(before);
  });

  it("uses the pages of dead writers again, so that however many lives take up no more", () => {
    const region = newRegion();
    const values = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`key.${i}`, `value ${i}`]));
    new TestWriter(region).publish(values);
    new TestWriter(region).publish(values);
    new TestWriter(region).publish(values);
    const living = region.memory.buffer.byteLength;
    for (let i = 0; i < 40; i++) {
      markWritersGone(region);
      new TestWriter(region).publish(values);
    }
    // Two arenas are in use at a hand-over: the one that readers have and the one that is being made.
    expect(region.memory.buffer.byteLength).toBeLessThanOrEqual(living);
    expect(valueIn(new KeyReader(region), "key.2999")).toBe("value 2999");
  });

  it("takes any number of sources over time, and 127 at one time", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const reader = createReader(region);
    let before: ConfigValue | undefined;
    const publish = (source: string, value: number) => {
      const changes = [{ ...change("key", value, before), setting: { value, source } }];
      writer.writer.publish({ sequenceId: value, origin: "test", changes });
      before = value;
    };
    for (let i = 0; i < 1_000; i++) {
      publish(`source-${i}-${"s".repeat(205)}`, i);
      expect([reader.getInt("key"), reader.getSource("key")]).toEqual([i, `source-${i}-${"s".repeat(205)}`]);
    }
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ...change(`k.${i}`, i), setting: { value: i, source: `s${i}` } }));
    writer.writer.publish({ sequenceId: 2_000, origin: "test", changes: many(126) });
    expect(() => writer.writer.publish({ sequenceId: 2_001, origin: "test", changes: many(127) })).toThrow(
      /127 sources/,
    );
    expect([reader.getSource("k.125"), reader.get("k.126")]).toEqual(["s125", undefined]);
  });

  it("keeps the present arena readable however often a new writer fails to fill its own", () => {
    const region = newRegion(12 * 65_536);
    new TestWriter(region).publish({ a: 1 });
    const reader = new KeyReader(region);
    expect(valueIn(reader, "a")).toBe(1);
    for (let i = 0; i < ARENA_BLOCKS * 2; i++) {
      markWritersGone(region);
      const heir = new TestWriter(region);
      expect(() => heir.publish({ a: "x".repeat(2 ** 20) })).toThrow(/limits\.maxRegionBytes/);
      expect(valueIn(new KeyReader(region), "a")).toBe(1);
    }
    markWritersGone(region);
    new TestWriter(region).publish({ a: 2 });
    expect(valueIn(reader, "a")).toBe(2);
  });

  it("rebuilds an arena that holds more dead keys than live ones", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const reader = new KeyReader(region);
    writer.publish({ keep: "me" });
    for (let i = 0; i < 60; i++) {
      const added = Object.fromEntries(Array.from({ length: 200 }, (_, k) => [`churn.${i}.${k}`, k]));
      writer.publish(added);
      writer.publish(Object.fromEntries(Object.keys(added).map((key) => [key, undefined])));
    }
    expect(region.load(header.arena)).toBeGreaterThan(1);
    expect(valueIn(reader, "keep")).toBe("me");
    expect(valueIn(reader, "churn.3.7")).toBeUndefined();
    expect(readCounter(region, "checksumMismatches")).toBe(0);
  });
});
