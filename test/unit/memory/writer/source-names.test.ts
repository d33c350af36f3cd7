import { describe, expect, it } from "vitest";
import { sourceBytes } from "../../../../src/memory/directory.js";
import { blockOf, MAX_SOURCES } from "../../../../src/memory/layout.js";
import { SlotWrites } from "../../../../src/memory/writer/slot-writes.js";
import { SourceNames } from "../../../../src/memory/writer/source-names.js";
import { newRegion } from "../../../support/memory/region.js";

function from(...sources: string[]): SlotWrites {
  const writes = new SlotWrites();
  writes.begin(sources.length);
  for (const source of sources) {
    if (source === "") writes.addRemoval("k");
    else writes.addSetting("k", { value: 1, source, layers: undefined }, 1);
  }
  return writes;
}

function names() {
  const region = newRegion();
  let next = region.grow(2) * 65_536;
  const table = next >> 2;
  next += (MAX_SOURCES + 1) * 4;
  const sources = new SourceNames(region, blockOf(1), table, (length) => {
    const at = next;
    next += (length + 3) & ~3;
    return at;
  });
  const written = (number: number) => {
    const bytes = sourceBytes(region, blockOf(1), number);
    return bytes && Buffer.from(bytes).toString();
  };
  return { sources, written, used: () => next };
}

const numbered = (count: number, start = 0) => Array.from({ length: count }, (_, i) => `s${start + i}`);

describe("the names of sources", () => {
  it("are written once each, by the number that records carry; a removal has none", () => {
    const { sources, written, used } = names();
    sources.prepare(from("file", "file", "", "cli", "file", "quelle ß"));
    const before = used();
    sources.prepare(from("cli", "file"));
    expect(used(), "nothing is written again").toBe(before);
    expect(["", "file", "cli", "quelle ß"].map((name) => sources.numberOf(name))).toEqual([0, 1, 2, 3]);
    expect([1, 2, 3].map(written)).toEqual(["file", "cli", "quelle ß"]);
    expect(sources.names()).toEqual(["", "file", "cli", "quelle ß"]);
  });

  it("are at most 127 of one arena, which is known before anything is written", () => {
    const { sources, written } = names();
    const most = numbered(MAX_SOURCES);
    expect(sources.hasRoomFor(from(...most))).toBe(true);
    expect(sources.hasRoomFor(from(...most, "one more"))).toBe(false);
    sources.prepare(from(...most));
    expect(written(MAX_SOURCES)).toBe(`s${MAX_SOURCES - 1}`);
    expect(sources.hasRoomFor(from("s0", "", ...most))).toBe(true);
    expect(sources.hasRoomFor(from("one more"))).toBe(false);
    expect(() => sources.prepare(from("one more"))).toThrow(/Source "one more" would be number 128; .*127 sources/);
    expect(() => sources.prepare(from("x".repeat(300)))).toThrow(`"${"x".repeat(60)}"`);
  });
});
