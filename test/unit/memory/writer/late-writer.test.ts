/** A writer that was thought dead, is held up anywhere in a hand-over, and goes on after its successor has used every block again. */
import { describe, expect, it } from "vitest";
import { createReader } from "../../../../src/main/reader/reader.js";
import { markWritersGone, readCounter } from "../../../../src/memory/facts.js";
import { ARENA_BLOCKS, blockOf, header, PAGE_BYTES, RANGES_PER_CELL_EPOCH } from "../../../../src/memory/layout.js";
import { Region } from "../../../../src/memory/region.js";
import { extentsOf, faultsOf } from "../../../support/memory/arena-map.js";
import { HeldUp } from "../../../support/memory/held-up.js";
import { newRegion, TestWriter, testLimits } from "../../../support/memory/region.js";

/** Marks of cells do not count. */
const counted = { word: (word: number) => word < header.firstCells };

/** With so few publishes an arena, each one is a hand-over. */
const publishesPerArena = 2;
const values = (round: number) => ({ a: round, text: `${round} `.repeat(20) });

/** A region whose blocks all had an owner, which is gone. */
const used = (() => {
  const region = newRegion();
  const gone = new TestWriter(region, testLimits, publishesPerArena);
  for (let round = 0; round < ARENA_BLOCKS + 3; round++) gone.publish(values(round));
  markWritersGone(region);
  return region.bytes.slice();
})();

/** Such a region, and its present writer, which makes a hand-over in its next publish. */
function beforeHandOver() {
  const region = newRegion();
  region.grow((used.length - region.bytes.length) / PAGE_BYTES);
  region.bytes.set(used);
  const view = new HeldUp(region.memory, counted);
  const writer = new TestWriter(view, testLimits, publishesPerArena);
  writer.publish(values(1_000));
  return { region, view, writer };
}

function accessesOfHandOver(): number {
  const { region, view, writer } = beforeHandOver();
  const arena = region.load(header.arena);
  view.holdUp(0, () => {});
  writer.publish(values(1_001));
  expect(region.load(header.arena)).not.toBe(arena);
  return view.accesses;
}

/** Bytes that two arenas both take for theirs. */
function sharedBytes(region: Region): string[] {
  const all = Array.from({ length: ARENA_BLOCKS }, (_, i) =>
    extentsOf(region, blockOf(i)).map((extent) => ({ ...extent, block: i })),
  ).flat();
  all.sort((one, other) => one.at - other.at);
  return all.flatMap(({ at, block: here }, i) => {
    const last = all[i - 1];
    return last !== undefined && at < last.end ? [`blocks ${last.block} and ${here} at ${at}`] : [];
  });
}

/** Where the successor stands when the old writer goes on: in which block, seen from the arena that the old one was to replace. */
const places = {
  "has the block whose pages it was about to take": -1,
  "has the block that it was about to take": 1,
};

describe("a writer that was thought dead in a hand-over takes neither a block nor a page that its successor uses", () => {
  it.each(Object.entries(places))("when that %s, wherever it goes on", (_, place) => {
    const total = accessesOfHandOver();
    expect(total).toBeGreaterThan(100);
    for (let before = 1; before <= total; before++) {
      const { region, view, writer } = beforeHandOver();
      const wanted = region.load(header.arena) + place + ARENA_BLOCKS;
      const reader = createReader(region);
      const read = () => ({ a: reader.getInt("a"), text: reader.getString("text") });
      const heir = { writer, round: 2_000, publish: () => heir.writer.publish(values(++heir.round)) };
      view.holdUp(before, () => {
        heir.writer = new TestWriter(new Region(region.memory), testLimits, publishesPerArena);
        heir.publish();
        // As if it had used all other blocks again meanwhile.
        region.store(header.arenasCreated, wanted - 1);
        heir.publish();
      });
      // What it makes of it is its own affair: it may find no block free, and say so.
      try {
        writer.publish(values(1_001));
      } catch {}
      const where = `held up before access ${before} of ${total}`;
      for (let i = 0; i < 4; i++) {
        // Another writer may have made the memory grow.
        region.refresh();
        expect(faultsOf(region), where).toEqual([]);
        expect(sharedBytes(region), where).toEqual([]);
        expect(read(), where).toEqual(values(heir.round));
        heir.publish();
      }
      expect(readCounter(region, "contendedReads"), where).toBe(0);
    }
  });
});

describe("a writer that was thought dead while it moved all cells", () => {
  it("leaves those to its successor that it had moved meanwhile, wherever it goes on", () => {
    const begin = () => {
      const region = newRegion();
      const view = new HeldUp(region.memory, counted);
      const writer = new TestWriter(view, testLimits, publishesPerArena);
      writer.publish(values(1));
      region.store(header.rangesTaken, RANGES_PER_CELL_EPOCH - 1);
      return { region, view, writer };
    };
    const all = begin();
    all.view.holdUp(0, () => {});
    const cellsAt = all.region.load(header.cellChunkAt);
    for (let round = 2; round < 6; round++) all.writer.publish(values(round));
    expect(all.region.load(header.cellChunkAt)).not.toBe(cellsAt);
    const total = all.view.accesses;
    for (let before = 1; before <= total; before++) {
      const { region, view, writer } = begin();
      const readers = [createReader(region)];
      const heir = { writer, round: 2_000, publish: () => heir.writer.publish(values(++heir.round)) };
      const look = (when: string) => {
        region.refresh();
        for (const [i, reader] of readers.entries()) {
          const seen = { a: reader.getInt("a"), text: reader.getString("text") };
          expect(seen, `reader ${i}, ${when}, held up before access ${before} of ${total}`).toEqual(values(heir.round));
        }
      };
      view.holdUp(before, () => {
        heir.writer = new TestWriter(new Region(region.memory), testLimits, publishesPerArena);
        heir.publish();
        // Bound to the cells as its successor has laid them out.
        readers.push(createReader(region));
        look("beside its successor");
      });
      try {
        for (let round = 2; round < 6; round++) writer.publish(values(round));
      } catch {}
      for (let i = 0; i < 5; i++) {
        look("afterwards");
        heir.publish();
      }
      look("at the end");
    }
  });
});
