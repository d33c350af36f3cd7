/** The memory is used again: what takes its time to see is here. */
import { describe, expect, it } from "vitest";
import { createReader } from "../../../src/main/reader/reader.js";
import { markWritersGone } from "../../../src/memory/facts.js";
import { newestPublish } from "../../../src/memory/publish-meta.js";
import { KeyReader } from "../../../src/memory/reader/key-reader.js";
import { change, newRegion, TestWriter } from "../../support/memory/region.js";

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
    expect(new KeyReader(region).wholeReading("key.2999").state.value).toBe("value 2999");
  });
});
