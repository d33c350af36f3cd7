import { describe, expect, it } from "vitest";
import {
  belongsTo,
  changedSlots,
  currentPosition,
  isCurrent,
  keyOfSlot,
  newestPublish,
  slotCount,
  sourceName,
} from "../../../src/memory/arena-reader.js";
import { cellAt, cellOfSlot, cellStamp } from "../../../src/memory/cells.js";
import { hashKey } from "../../../src/memory/checksum.js";
import { findSlot, NO_SLOT, slotAt, sourceBytes, UNREADABLE } from "../../../src/memory/directory.js";
import { markWritersGone } from "../../../src/memory/facts.js";
import {
  ARENA_BLOCKS,
  block,
  blockOf,
  CELLS_PER_CHUNK,
  FIRST_SLOT_CELL,
  header,
  LOG_ENTRIES,
  MAX_CELL_CHUNKS,
  MAX_NAME_BYTES,
  RETIRED,
  SLOTS_PER_CHUNK,
  STAMP_NEVER,
  slot,
} from "../../../src/memory/layout.js";
import { olderDescriptor, recordStillValid, stillValid, visibleDescriptor } from "../../../src/memory/seqlock.js";
import { presentBlock } from "../../support/memory/arena-map.js";
import { newRegion, TestWriter } from "../../support/memory/region.js";

const nowhere = 2 ** 28;

function published(count: number) {
  const region = newRegion();
  new TestWriter(region).publish(Object.fromEntries(Array.from({ length: count }, (_, i) => [`key.${i}`, i])));
  return { region, blockAt: presentBlock(region) };
}

const find = (region: ReturnType<typeof newRegion>, key: string) =>
  findSlot(region, presentBlock(region), Buffer.from(key), hashKey(key));

describe("cells", () => {
  it("are one after the other within a chunk, each slot its own", () => {
    const region = newRegion();
    expect([cellOfSlot(0), cellOfSlot(5)]).toEqual([FIRST_SLOT_CELL, FIRST_SLOT_CELL + 5]);
    expect([cellAt(region, 0), cellAt(region, CELLS_PER_CHUNK - 1)]).toEqual([
      header.firstCells,
      header.firstCells + CELLS_PER_CHUNK - 1,
    ]);
    region.store(header.cellChunkAt + 1, 500);
    expect([cellAt(region, CELLS_PER_CHUNK), cellAt(region, CELLS_PER_CHUNK + 7)]).toEqual([500, 507]);
    region.store(507, 99);
    expect(cellStamp(region, CELLS_PER_CHUNK + 7)).toBe(99);
  });

  it("that lie in no memory hold what no cell ever holds", () => {
    const region = newRegion();
    region.store(header.cellChunkAt, nowhere);
    expect([cellAt(region, 0), cellStamp(region, 0)]).toEqual([-1, STAMP_NEVER]);
    region.store(header.cellChunkAt, 16_383);
    expect([cellAt(region, 0), cellAt(region, 1)], "the last word of the memory").toEqual([16_383, -1]);
  });
});

describe("the blocks of arenas", () => {
  it("are used in turn, also when ordinals pass 2³¹ and 2³²", () => {
    expect(blockOf(0)).toBe(header.arenaBlocks);
    expect(blockOf(1) - blockOf(0)).toBe(128);
    expect(blockOf(ARENA_BLOCKS)).toBe(blockOf(0));
    expect([blockOf(-1), blockOf((2 ** 31) | 0)]).toEqual([blockOf(ARENA_BLOCKS - 1), blockOf(0)]);
  });

  it("are all marked when no writer is left, and those that no arena has are not", () => {
    const region = newRegion();
    for (const ordinal of [1, 5, ARENA_BLOCKS]) region.store(blockOf(ordinal) + block.ordinal, ordinal);
    markWritersGone(region);
    const marked = Array.from({ length: ARENA_BLOCKS }, (_, i) => region.load(blockOf(i) + block.writerGone));
    expect(marked.flatMap((gone, i) => (gone !== 0 ? [i] : []))).toEqual([0, 1, 5]);
  });
});

describe("the directory", () => {
  it("finds each key, and says of others that they are not there", () => {
    const { region } = published(SLOTS_PER_CHUNK + 100);
    for (let i = 0; i < SLOTS_PER_CHUNK + 100; i++) expect(find(region, `key.${i}`)).toBe(i);
    for (let i = 0; i < 300; i++) expect(find(region, `other.${i}`)).toBe(NO_SLOT);
    expect(keyOfSlot(region, currentPosition(region), SLOTS_PER_CHUNK)).toBe(`key.${SLOTS_PER_CHUNK}`);
  });

  it("compares the whole key, where length and hash are those of another", () => {
    const { region, blockAt } = published(1);
    const hash = hashKey("key.0");
    expect(findSlot(region, blockAt, Buffer.from("key.1"), hash)).toBe(NO_SLOT);
    expect(findSlot(region, blockAt, Buffer.from("key.00"), hash)).toBe(NO_SLOT);
    expect(findSlot(region, blockAt, Buffer.from("key.0"), hash)).toBe(0);
  });

  it("gives up where its table or a slot lies in no memory, or the table is none, and ends where that is full", () => {
    const { region, blockAt } = published(3);
    const table = region.plain(blockAt + block.table);
    const capacity = region.plain(table);
    for (const wrong of [3, capacity + 1, 2 ** 27, -4]) {
      region.setPlain(table, wrong);
      expect(find(region, "key.0"), `a capacity of ${wrong}`).toBe(UNREADABLE);
    }
    region.setPlain(table, capacity);
    region.words.fill(2 ** 21, table + 1, table + 1 + capacity);
    expect(find(region, "key.0"), "entries of other keys alone").toBeLessThan(0);
    region.store(blockAt + block.table, nowhere);
    expect(find(region, "key.0")).toBe(UNREADABLE);
  });

  it("gives up at a slot or a key that lies in no memory", () => {
    const { region, blockAt } = published(1);
    const position = currentPosition(region);
    const word = slotAt(region, blockAt, 0);
    const keyAt = region.plain(word + slot.keyAt);
    region.setPlain(word + slot.keyAt, nowhere);
    expect([find(region, "key.0"), keyOfSlot(region, position, 0)]).toEqual([UNREADABLE, undefined]);
    region.setPlain(word + slot.keyAt, keyAt);
    const chunks = region.plain(blockAt + block.slotChunks);
    region.setPlain(chunks, nowhere);
    expect([find(region, "key.0"), keyOfSlot(region, position, 0)]).toEqual([UNREADABLE, undefined]);
    region.setPlain(blockAt + block.slotChunks, nowhere);
    expect([slotAt(region, blockAt, 0), find(region, "key.0")]).toEqual([-1, UNREADABLE]);
  });

  it("gives the name of a source, and none for a number, a place or a length that makes no sense", () => {
    const { region, blockAt } = published(1);
    const position = currentPosition(region);
    expect([sourceName(region, position, 0), sourceName(region, position, 1)]).toEqual(["", "file"]);
    for (const number of [-1, 0, 128]) expect(sourceBytes(region, blockAt, number)).toBeUndefined();
    const table = region.plain(blockAt + block.sources);
    const at = region.plain(table + 1);
    for (const length of [-1, MAX_NAME_BYTES + 1]) {
      region.setPlain(at >> 2, length);
      expect(sourceName(region, position, 1)).toBeUndefined();
    }
    region.setPlain(at >> 2, MAX_NAME_BYTES);
    expect(sourceBytes(region, blockAt, 1)?.length).toBe(MAX_NAME_BYTES);
    region.setPlain(table + 1, region.bytes.length - 4);
    region.setPlain((region.bytes.length - 4) >> 2, 1);
    expect(sourceBytes(region, blockAt, 1), "it would end behind the memory").toBeUndefined();
    region.setPlain(table + 1, region.bytes.length);
    expect(sourceBytes(region, blockAt, 1)).toBeUndefined();
    region.setPlain(blockAt + block.sources, nowhere);
    expect(sourceBytes(region, blockAt, 1)).toBeUndefined();
  });

  it("has as many slots as it says, and none when it says what cannot be", () => {
    const { region, blockAt } = published(3);
    const most = MAX_CELL_CHUNKS * CELLS_PER_CHUNK;
    const counts = [3, 0, -1, most - 1, most].map((slots) => {
      region.store(blockAt + block.slots, slots);
      return slotCount(region, currentPosition(region));
    });
    expect(counts).toEqual([3, 0, 0, most - 1, 0]);
  });
});

describe("the ring of changed slots", () => {
  it("gives none when more than half of it, or less than nothing, would have to be read", () => {
    const { region, blockAt } = published(1);
    const position = currentPosition(region);
    const half = LOG_ENTRIES / 2;
    expect(changedSlots(region, position, 5, 5)).toEqual([]);
    expect(changedSlots(region, position, 0, half)?.length).toBe(half);
    expect(changedSlots(region, position, 0, half + 1)).toBeUndefined();
    expect(changedSlots(region, position, 1, 0)).toBeUndefined();
    const ring = region.plain(blockAt + block.log);
    region.setPlain(ring + LOG_ENTRIES - 1, 7);
    region.setPlain(ring, 8);
    expect(changedSlots(region, position, 2 ** 31 - 1, 2 ** 31 + 1), "past the largest number").toEqual([7, 8]);
    for (const odd of [-1, MAX_CELL_CHUNKS * CELLS_PER_CHUNK]) {
      region.setPlain(ring, odd);
      expect(changedSlots(region, position, 0, 1)).toBeUndefined();
    }
    region.setPlain(ring, MAX_CELL_CHUNKS * CELLS_PER_CHUNK - 1);
    expect(changedSlots(region, position, 0, 1)?.length).toBe(1);
    region.setPlain(blockAt + block.log, nowhere);
    expect(changedSlots(region, position, 0, 1)).toBeUndefined();
  });
});

describe("where readers are", () => {
  it("is nowhere before the first publish, then at the newest of the present arena", () => {
    const region = newRegion();
    expect([newestPublish(region), currentPosition(region).publish]).toEqual([undefined, 0]);
    const writer = new TestWriter(region);
    writer.publish({ a: 1 });
    const position = currentPosition(region);
    expect([position.ordinal, newestPublish(region)]).toEqual([1, position.publish]);
    expect([belongsTo(region, position, position.publish), belongsTo(region, position, position.publish - 1)]).toEqual([
      true,
      false,
    ]);
    expect(belongsTo(region, position, position.publish + 1), "it is not complete").toBe(false);
    new TestWriter(region).publish({ a: 1 });
    expect([isCurrent(region, position), isCurrent(region, currentPosition(region))]).toEqual([false, true]);
  });
});

describe("the protocol of a slot", () => {
  const at = 2_000;
  function slotWith(inA: number, inB: number) {
    const region = newRegion();
    region.setPlain(at + slot.descriptorA, inA);
    region.setPlain(at + slot.descriptorB, inB);
    return region;
  }
  const A = at + slot.descriptorA;
  const B = at + slot.descriptorB;

  it.each([
    [0, 0, A],
    [5, 0, B],
    [0, 5, A],
    [5, 6, A],
    [6, 5, B],
    [2 ** 31 - 1, (2 ** 31) | 0, A],
    [-1, 1, A],
  ])("overwrites the older of the descriptors %i and %i", (inA, inB, older) => {
    expect(olderDescriptor(slotWith(inA, inB), at)).toBe(older);
  });

  it.each([
    [0, 0, 9, -1],
    [5, 0, 9, A],
    [0, 5, 9, B],
    [5, 6, 9, B],
    [6, 5, 9, A],
    [5, 6, 5, A],
    [6, 5, 5, B],
    [5, 6, 6, B],
    [5, 6, 4, -1],
    [2 ** 31 - 1, (2 ** 31) | 0, (2 ** 31) | 0, B],
  ])("shows of the descriptors %i and %i at publish %i the newest that is not newer", (inA, inB, publish, visible) => {
    expect(visibleDescriptor(slotWith(inA, inB), at, publish)).toBe(visible);
  });

  it("relies on what was read only while that publish or the next one is the newest that has begun", () => {
    const region = newRegion();
    const begun = (value: number) => {
      region.store(blockOf(1) + block.begun, value);
      return [stillValid(region, blockOf(1), 5), stillValid(region, blockOf(1), 2 ** 31 - 1)];
    };
    expect([4, 5, 6, 7, 2 ** 31 - 1, (2 ** 31) | 0, RETIRED].map(begun)).toEqual([
      [false, false],
      [true, false],
      [true, false],
      [false, false],
      [false, true],
      [false, true],
      [false, false],
    ]);
  });

  it("relies on one record also later, while that is its slot's newest and the arena has not been given up", () => {
    const valid = (begun: number, inA: number, inB: number, descriptorAt: number, publish: number) => {
      const region = slotWith(inA, inB);
      region.store(blockOf(1) + block.begun, begun);
      return recordStillValid(region, blockOf(1), 5, at, descriptorAt, publish);
    };
    expect([valid(5, 4, 3, A, 4), valid(6, 4, 3, A, 4), valid(6, 4, 3, -1, 0)], "at once").toEqual([true, true, true]);
    expect([valid(9, 4, 3, A, 4), valid(9, 3, 4, B, 4), valid(9, 4, 0, A, 4)], "still the newest").toEqual([
      true,
      true,
      true,
    ]);
    expect(valid(9, 5, 3, A, 5), "of the very publish that was read at").toBe(true);
    expect(valid(9, 4, 8, A, 4), "there is a newer one").toBe(false);
    expect(valid(9, 4, 4, A, 4), "the other has the same number").toBe(false);
    expect(valid(9, 8, 3, A, 4), "it was overwritten").toBe(false);
    expect(valid(9, 6, 3, A, 6), "it is newer than what was read at").toBe(false);
    expect(valid(9, 0, 0, -1, 0), "an empty slot may have been filled").toBe(false);
    expect(valid(RETIRED, 4, 3, A, 4), "the arena was given up").toBe(false);
  });
});
