import { describe, expect, it } from "vitest";
import { cellAt, cellOfSlot } from "../../../../src/memory/cells.js";
import { hashKey } from "../../../../src/memory/checksum.js";
import { findSlot, slotAt } from "../../../../src/memory/directory.js";
import {
  BLOCK_WORDS,
  block,
  blockOf,
  CELLS_PER_CHUNK,
  header,
  keyInfo,
  MAX_CELL_CHUNKS,
  PAGE_BYTES,
  SLOT_WORDS,
  SLOTS_PER_CHUNK,
  slot,
} from "../../../../src/memory/layout.js";
import { DirectoryWriter } from "../../../../src/memory/writer/directory-writer.js";
import { newRegion } from "../../../support/memory/region.js";

const blockAt = blockOf(1);
/** Most slots of an arena: what all chunks of cells have room for. */
const most = MAX_CELL_CHUNKS * CELLS_PER_CHUNK - 16;

/** A directory that takes its memory in a row, and notes how much. */
function setUp(expectedKeys: number, pages = 4) {
  const region = newRegion();
  let next = (region.grow(pages) * PAGE_BYTES) / 4;
  const taken: number[] = [];
  const zeroed = (words: number) => {
    taken.push(words);
    next += words;
    return next - words;
  };
  const directory = new DirectoryWriter(region, blockAt, zeroed, expectedKeys);
  const capacity = () => region.plain(region.load(blockAt + block.table));
  const chunkAt = (chunk: number) => region.plain(region.plain(blockAt + block.slotChunks) + chunk);
  return { region, directory, taken, capacity, chunkAt, place: (words: number) => zeroed(words) };
}

/** A directory whose tables and chunks all lie in the same place, so that it can be as large as can be. */
function setUpLargest() {
  const region = newRegion();
  const at = (region.grow(1) * PAGE_BYTES) / 4;
  return { region, directory: new DirectoryWriter(region, blockAt, () => at, 1) };
}

describe("the table of a directory", () => {
  it("that is made for so many keys is at most four fifths full of them, and stays when they come", () => {
    for (const keys of [0, 1, 50, 51, 52, 53, 102, 103, 819, 820]) {
      const { directory, taken, capacity } = setUp(keys);
      expect(keys / capacity(), `${keys} keys`).toBeLessThanOrEqual(0.8);
      expect(capacity() & (capacity() - 1), "a power of two").toBe(0);
      expect(capacity(), "not much larger than needed").toBeLessThanOrEqual(Math.max(64, 4 * keys));
      taken.length = 0;
      directory.prepare(keys);
      expect(taken, "slots alone").toEqual(Array(Math.ceil(keys / SLOTS_PER_CHUNK)).fill(SLOTS_PER_CHUNK * SLOT_WORDS));
    }
  });

  it("gives way to a larger one that has all keys, before it is more than four fifths full", () => {
    const { region, directory, capacity, place } = setUp(1);
    const bytes = new TextEncoder();
    for (let i = 0; i < 120; i++) {
      directory.prepare(i + 1);
      expect((i + 1) / capacity()).toBeLessThanOrEqual(0.8);
      directory.append(`key.${i}`, `key.${i}`.length, place(8) * 4);
      for (const j of [0, i]) {
        const key = `key.${j}`;
        expect(findSlot(region, blockAt, bytes.encode(key), hashKey(key))).toBe(j);
      }
    }
  });
});

it("a directory begins without slots, whatever the block held before, and leaves the block beside it alone", () => {
  const region = newRegion();
  const at = (region.grow(1) * PAGE_BYTES) / 4;
  const others = [blockAt - BLOCK_WORDS, blockAt + BLOCK_WORDS];
  const wordsOf = (start: number) => Array.from({ length: BLOCK_WORDS }, (_, word) => region.plain(start + word));
  for (const start of [...others, blockAt])
    for (let word = 0; word < BLOCK_WORDS; word++) region.store(start + word, 99);
  new DirectoryWriter(region, blockAt, () => at, 1);
  expect(region.load(blockAt + block.slots)).toBe(0);
  for (const start of others) expect(wordsOf(start)).toEqual(Array(BLOCK_WORDS).fill(99));
});

describe("a slot", () => {
  it("has its key, and is shown with the others when all of a publish are written", () => {
    const { region, directory, place } = setUp(2);
    directory.prepare(2);
    const places = ["plain", "wärme"].map((key) => {
      const at = place(8) * 4;
      directory.append(key, Buffer.byteLength(key), at);
      return at;
    });
    expect([directory.size, region.load(blockAt + block.slots)]).toEqual([2, 0]);
    directory.showSize();
    expect(region.load(blockAt + block.slots)).toBe(2);
    expect([directory.slotOf("plain"), directory.slotOf("wärme"), directory.slotOf("none")]).toEqual([0, 1, undefined]);
    const slots = [0, 1].map((index) => slotAt(region, blockAt, index));
    expect(slots.map((at) => region.plain(at + slot.keyAt))).toEqual(places);
    expect(slots.map((at) => keyInfo.length(region.plain(at + slot.keyInfo)))).toEqual([5, 6]);
    expect(Buffer.from(region.bytes.slice(places[1], (places[1] as number) + 6)).toString()).toBe("wärme");
  });

  it("has room once it is prepared, in chunks of which no more are taken than are needed", () => {
    const { directory, chunkAt } = setUp(1);
    const chunks = () => [0, 1, 2].map((chunk) => chunkAt(chunk) !== 0);
    directory.prepare(0);
    expect(chunks()).toEqual([false, false, false]);
    directory.prepare(SLOTS_PER_CHUNK);
    expect(chunks()).toEqual([true, false, false]);
    const first = chunkAt(0);
    directory.prepare(SLOTS_PER_CHUNK + 1);
    expect(chunks()).toEqual([true, true, false]);
    expect(chunkAt(0)).toBe(first);
  });
});

describe("the cells of a directory's slots", () => {
  it("are there up to the last slot, each chunk in a place of its own, and no chunk before it is needed", () => {
    const { region, directory } = setUp(1, 40);
    const inFirst = CELLS_PER_CHUNK - 16;
    directory.prepare(inFirst);
    expect(region.load(header.cellChunks)).toBe(1);
    directory.prepare(inFirst + 1);
    expect(region.load(header.cellChunks)).toBe(2);
    const { byteLength } = region.memory.buffer;
    const chunks = Array.from({ length: 4 }, (_, i) => region.load(header.cellChunkAt + 1 + i));
    expect(chunks.map((at) => at - (chunks[0] as number))).toEqual([0, 1, 2, 3].map((i) => i * CELLS_PER_CHUNK));
    expect(((chunks[0] as number) * 4) % PAGE_BYTES, "a page holds four of them").toBe(0);
    expect(region.load(header.cellChunkAt + 5)).toBe(0);
    expect((chunks[3] as number) * 4 + CELLS_PER_CHUNK * 4).toBeLessThanOrEqual(byteLength);
    expect(region.load(header.cellChunkAt), "those of the header stay").toBe(header.firstCells);
  });

  it("of another writer are used as they are", () => {
    const { region, directory } = setUp(1, 40);
    for (let chunk = 1; chunk < 4; chunk++) region.store(header.cellChunkAt + chunk, 100_000 + chunk);
    const { byteLength } = region.memory.buffer;
    directory.prepare(3 * CELLS_PER_CHUNK);
    expect([1, 2, 3].map((chunk) => region.load(header.cellChunkAt + chunk))).toEqual([100_001, 100_002, 100_003]);
    expect(region.memory.buffer.byteLength).toBe(byteLength);
    expect(region.load(header.cellChunks)).toBe(4);
  });

  it("are as many as there can be when there are as many slots, and no key more is taken", () => {
    const { region, directory } = setUpLargest();
    const after = Array.from({ length: 64 }, (_, i) => region.load(header.cellChunkAt + MAX_CELL_CHUNKS + i));
    directory.prepare(most);
    expect(region.load(header.cellChunks)).toBe(MAX_CELL_CHUNKS);
    expect(cellAt(region, cellOfSlot(most - 1)) * 4).toBeLessThan(region.memory.buffer.byteLength);
    expect(cellAt(region, cellOfSlot(most - 1))).toBeGreaterThan(header.firstCells);
    expect(Array.from({ length: 64 }, (_, i) => region.load(header.cellChunkAt + MAX_CELL_CHUNKS + i))).toEqual(after);
    expect(() => directory.prepare(most + 1)).toThrow(`${most + 1} keys are more than the ${most} that a region holds`);
  });
});
