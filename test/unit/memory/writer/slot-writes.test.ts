import { describe, expect, it } from "vitest";
import { decodeRecord } from "../../../../src/memory/codec.js";
import { SlotWrites } from "../../../../src/memory/writer/slot-writes.js";

const setting = (value: string, layers?: readonly { source: string; value: string }[]) => ({
  value,
  source: "file",
  layers,
});

/** The record of a row, decoded. */
function recordOf(writes: SlotWrites, row: number) {
  const start = writes.starts[row] as number;
  return decodeRecord(writes.bytes.bytes.slice(start), writes.length(row), writes.hasLayers(row));
}

describe("what a publish changes", () => {
  it("is a row for each key, with its record, its source, and whether layers are in it", () => {
    const writes = new SlotWrites();
    writes.begin(3);
    expect(writes.addSetting("a", setting("x"), 7)).toBe(writes.length(0));
    writes.addRemoval("b");
    writes.addSetting("c", setting("y", [{ source: "default", value: "z" }]), 8);
    expect([writes.count, writes.keys, writes.sources]).toEqual([3, ["a", "b", "c"], ["file", "", "file"]]);
    expect(recordOf(writes, 0)).toEqual({ value: "x", layers: undefined, sequenceId: 7 });
    expect([writes.length(1), writes.hasLayers(1)]).toEqual([0, false]);
    expect(recordOf(writes, 2)).toEqual({ value: "y", layers: [{ source: "default", value: "z" }], sequenceId: 8 });
  });

  it("can be taken back from a row on, whose bytes are then used again", () => {
    const writes = new SlotWrites();
    writes.begin(2);
    writes.addSetting("a", setting("x"), 1);
    const { length } = writes.bytes;
    writes.addSetting("b", setting("large".repeat(50)), 1);
    writes.drop(2);
    expect(writes.count).toBe(2);
    writes.drop(1);
    expect([writes.count, writes.bytes.length]).toEqual([1, length]);
    writes.addSetting("c", setting("z"), 1);
    expect(recordOf(writes, 0).value).toBe("x");
    expect(recordOf(writes, 1).value).toBe("z");
    expect(writes.keys[1]).toBe("c");
  });

  it("may have a row that takes over a record that is there already", () => {
    const from = new SlotWrites();
    from.begin(1);
    from.addSetting("a", setting("x", [{ source: "default", value: "z" }]), 5);
    const to = new SlotWrites();
    to.begin(2);
    to.addRecord("a", "file", from.length(0), true).set(from.bytes.bytes.subarray(0, from.length(0)));
    expect(to.addRecord("b", "cli", 3, false).length).toBe(3);
    expect(recordOf(to, 0)).toEqual({ value: "x", layers: [{ source: "default", value: "z" }], sequenceId: 5 });
    expect([to.hasLayers(1), to.length(1), to.sources]).toEqual([false, 3, ["file", "cli"]]);
  });

  it("is nothing after it begins anew", () => {
    const writes = new SlotWrites();
    writes.begin(1);
    writes.addSetting("a", setting("x"), 1);
    writes.begin(0);
    expect([writes.count, writes.bytes.length, writes.keys]).toEqual([0, 0, []]);
  });
});
