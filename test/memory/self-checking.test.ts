import { describe, expect, it } from "vitest";
import { createReader } from "../../src/main/reader/reader.js";
import { slotAt } from "../../src/memory/directory.js";
import { markWritersGone, readCounter } from "../../src/memory/facts.js";
import { blockOf, descriptor, header, slot } from "../../src/memory/layout.js";
import { KeyReader } from "../../src/memory/reader/key-reader.js";
import { Region } from "../../src/memory/region.js";
import { newRegion, TestWriter } from "../support/memory/region.js";

describe("the checksum", () => {
  it("keeps a damaged record from being decoded: the mismatch is counted, other keys and what was read before stay", () => {
    const region = newRegion();
    new TestWriter(region).publish({ damaged: "a text", whole: "another" });
    const warm = new KeyReader(region);
    expect(warm.entry("damaged").state.value).toBe("a text");
    const slotWord = slotAt(region, blockOf(region.load(header.arena)), 0);
    const at = region.plain(slotWord + slot.descriptorA + descriptor.at);
    region.setPlain((at >> 2) + 1, region.plain((at >> 2) + 1) ^ 0x01000000);
    const fresh = new KeyReader(region);
    expect(fresh.entry("damaged").state.value).toBeUndefined();
    expect(readCounter(region, "checksumMismatches")).toBeGreaterThan(0);
    expect(fresh.entry("whole").state.value).toBe("another");
    expect(warm.entry("damaged").state.value).toBe("a text");
    expect(() => createReader(region).view(), "no view with a hole").toThrow(/Try again/);
  });
});

/** Learns of growth late, as an engine may; counts how often it looked. */
class LateRegion extends Region {
  lateBy = 0;

  override refresh(): void {
    if (this.lateBy > 0) this.lateBy--;
    else super.refresh();
  }
}

describe("a thread that learns late that the memory has grown", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "never takes a key for absent, a source for nameless, or a view for whole: late by %d",
    (lateBy) => {
      const region = newRegion();
      const late = new LateRegion(region.memory);
      const reader = new KeyReader(late);
      const views = createReader(late);
      new TestWriter(region).publish({ a: "a".repeat(100_000), b: 1 });
      late.lateBy = lateBy;
      expect(reader.entry("a").state).toMatchObject({ value: "a".repeat(100_000), source: "file" });
      new TestWriter(region).publish({ b: 2, c: "c".repeat(100_000) });
      late.lateBy = lateBy;
      const view = views.view();
      expect([view.keys(), view.origin, view.getSource("c")]).toEqual([["b", "c"], "test", "file"]);
    },
  );

  it("finds keys whose directory lies in memory that it has not seen yet, whatever it has seen before", () => {
    const region = newRegion();
    const many = (count: number, text: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`key.${i}`, text]));
    new TestWriter(region).publish(many(2_000, "x".repeat(100)));
    const readers = Array.from({ length: 8 }, () => new KeyReader(new Region(region.memory)));
    for (let i = 0; i < 8; i++) {
      if (i % 3 === 2) markWritersGone(region);
      const writer = new TestWriter(region);
      writer.publish(many(10 + i * 400, `${i}`));
      writer.publish({ extra: i, ...many(2_500, "y") });
      expect(readers[i]?.entry("extra").state.value).toBe(i);
      for (const reader of readers.slice(i)) expect(reader.entry("key.7").state.value).toBe("y");
    }
  });
});

describe("a large record", () => {
  it("can be read while other keys are published faster than it can be copied", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ large: "x".repeat(50_000), busy: 0 });
    /** Two publishes begin and end during every copy. */
    class BusyRegion extends Region {
      override copyOut(target: Uint8Array, at: number, length: number): void {
        super.copyOut(target, at, length);
        if (length > 10_000) for (let i = 0; i < 3; i++) writer.publish({ busy: i });
      }
    }
    expect(new KeyReader(new BusyRegion(region.memory)).entry("large").state.value).toBe("x".repeat(50_000));
    expect(readCounter(region, "contendedReads")).toBe(0);
  });
});

describe("a region that is nearly full", () => {
  it("goes on publishing into an arena that holds more waste than settings but cannot be rebuilt", () => {
    const fill = (region: Region): TestWriter => {
      const writer = new TestWriter(region);
      writer.publish({ keep: "k".repeat(1_000_000), large: "x".repeat(2_000_000), counter: 0 });
      writer.publish({ large: "y".repeat(2_000_000) });
      return writer;
    };
    const measured = newRegion();
    fill(measured);
    const region = newRegion(measured.memory.buffer.byteLength + 65_536);
    const writer = fill(region);
    const reader = new KeyReader(region);
    for (let i = 1; i <= 100; i++) {
      writer.publish({ large: "small", counter: i });
      expect(reader.entry("counter").state.value).toBe(i);
    }
    expect(region.load(header.arena), "it was never rebuilt").toBe(1);
    expect(reader.entry("keep").state.value).toBe("k".repeat(1_000_000));
  });
});
