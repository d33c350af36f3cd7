import { describe, expect, it } from "vitest";
import { block, blockOf, extentsWord, MAX_EXTENTS, PAGE_BYTES, RETIRED } from "../../../../src/memory/layout.js";
import { Region } from "../../../../src/memory/region.js";
import { PageSource } from "../../../../src/memory/writer/page-source.js";
import { extentsOf } from "../../../support/memory/arena-map.js";
import { newRegion } from "../../../support/memory/region.js";

/** An arena that was written and given up, with these extents: first page and number of pages. */
function givenUp(region: Region, ordinal: number, ...extents: [number, number][]): void {
  const blockAt = blockOf(ordinal);
  region.store(blockAt + block.ordinal, ordinal);
  region.store(blockAt + block.writerGone, ordinal);
  region.store(blockAt + block.begun, 77);
  region.store(blockAt + block.extents, extentsWord.of(ordinal, extents.length));
  extents.forEach(([first, pages], i) => {
    region.setPlain(blockAt + block.extentAt + i * 2, first);
    region.setPlain(blockAt + block.extentAt + i * 2 + 1, pages);
  });
}

const owned = (region: Region, ordinal: number) =>
  extentsOf(region, blockOf(ordinal)).map(({ at, end }) => [at / PAGE_BYTES, (end - at) / PAGE_BYTES]);

describe("the pages of a new arena", () => {
  it("are fresh ones when there are no others: as many as are wanted, and written down", () => {
    const region = newRegion();
    const pages = new PageSource(region, 1, 0);
    expect(owned(region, 1)).toEqual([]);
    expect(pages.take(10, 3 * PAGE_BYTES)).toEqual({ at: PAGE_BYTES, length: 3 * PAGE_BYTES });
    expect(pages.take(PAGE_BYTES + 1, 0)).toEqual({ at: 4 * PAGE_BYTES, length: 2 * PAGE_BYTES });
    expect(owned(region, 1), "two that touch are one").toEqual([[1, 5]]);
    region.grow(1);
    pages.take(1, 1);
    expect(owned(region, 1)).toEqual([
      [1, 5],
      [7, 1],
    ]);
    expect(region.memory.buffer.byteLength).toBe(8 * PAGE_BYTES);
  });

  it("are only what is needed where what is wanted does not fit any more, and none where that does not fit either", () => {
    const region = newRegion(6 * PAGE_BYTES);
    const pages = new PageSource(region, 1, 0);
    expect(pages.take(2 * PAGE_BYTES, 20 * PAGE_BYTES)).toEqual({ at: PAGE_BYTES, length: 2 * PAGE_BYTES });
    expect(() => pages.take(4 * PAGE_BYTES, 20 * PAGE_BYTES)).toThrow(/limits\.maxRegionBytes/);
    expect(() => pages.take(4 * PAGE_BYTES, 4 * PAGE_BYTES)).toThrow(/limits\.maxRegionBytes/);
    expect(owned(region, 1)).toEqual([[1, 2]]);
  });

  it("are those of arenas that were given up, the smallest that is large enough first", () => {
    const region = newRegion();
    region.grow(20);
    givenUp(region, 2, [1, 4], [10, 1]);
    givenUp(region, 3, [7, 2]);
    const pages = new PageSource(region, 4, 1);
    expect(owned(region, 4), "all of them are its own at once").toEqual([
      [1, 4],
      [7, 2],
      [10, 1],
    ]);
    expect(pages.take(PAGE_BYTES + 1, PAGE_BYTES + 1)).toEqual({ at: 7 * PAGE_BYTES, length: 2 * PAGE_BYTES });
    expect(pages.take(2 * PAGE_BYTES, 0)).toEqual({ at: PAGE_BYTES, length: 4 * PAGE_BYTES });
    expect(pages.take(2 * PAGE_BYTES, 0), "fresh").toEqual({ at: 21 * PAGE_BYTES, length: 2 * PAGE_BYTES });
    expect(pages.take(PAGE_BYTES, 0)).toEqual({ at: 10 * PAGE_BYTES, length: PAGE_BYTES });
  });

  it("are joined where those of several arenas touch", () => {
    const region = newRegion();
    region.grow(20);
    givenUp(region, 2, [5, 2], [1, 1]);
    givenUp(region, 3, [7, 1], [2, 3]);
    const pages = new PageSource(region, 4, 1);
    expect(owned(region, 4)).toEqual([[1, 7]]);
    expect(pages.take(7 * PAGE_BYTES, 0)).toEqual({ at: PAGE_BYTES, length: 7 * PAGE_BYTES });
  });

  it("are taken off their former owners, whose readers find out", () => {
    const region = newRegion();
    region.grow(20);
    givenUp(region, 2, [1, 4]);
    givenUp(region, 3);
    new PageSource(region, 4, 1);
    expect(owned(region, 2)).toEqual([]);
    expect(region.load(blockOf(2) + block.begun)).toBe(RETIRED);
    expect(region.load(blockOf(3) + block.begun), "it had nothing to give").toBe(77);
    expect(new PageSource(region, 5, 1).take(1, 1).at, "none is given to two arenas").toBe(21 * PAGE_BYTES);
  });

  it("are never those of the arena that readers use, or of a writer that may still live", () => {
    const region = newRegion();
    region.grow(20);
    givenUp(region, 1, [1, 1]);
    givenUp(region, 2, [3, 1]);
    givenUp(region, 3, [5, 1]);
    region.store(blockOf(3) + block.writerGone, 0);
    const before = [1, 3].map((ordinal) => owned(region, ordinal));
    new PageSource(region, 2, 1);
    expect([1, 3].map((ordinal) => owned(region, ordinal))).toEqual(before);
    expect(owned(region, 2), "what the former owner of its block has left").toEqual([[3, 1]]);
  });

  it("can be written, also those by which another writer has made the memory grow; what cannot be seen yet is left alone", () => {
    const region = newRegion();
    const other = new Region(region.memory);
    other.grow(4);
    givenUp(region, 2, [1, 2]);
    givenUp(region, 3, [200, 1]);
    givenUp(region, 5, [4, 90]);
    const pages = new PageSource(region, 4, 1);
    const word = pages.take(1, 1).at / 4;
    region.setPlain(word, 77);
    region.clear(word + 1, 5);
    expect(new Region(region.memory).plain(word)).toBe(77);
    expect(pages.take(1, 1).at).toBe(5 * PAGE_BYTES);
    expect(owned(region, 4)).toContainEqual([200, 1]);
    expect(owned(region, 4), "of which only the first pages can be seen").toContainEqual([4, 90]);
  });

  it("are written down as far as the block has room, and the rest is lost with the arena, no more", () => {
    const region = newRegion();
    region.grow(300);
    const many = (from: number) => Array.from({ length: MAX_EXTENTS }, (_, i): [number, number] => [from + i * 2, 1]);
    givenUp(region, 2, ...many(1));
    givenUp(region, 3, ...many(101));
    region.store(blockOf(3) + block.extents, extentsWord.of(3, 200));
    const next = Array.from({ length: 128 }, (_, i) => region.plain(blockOf(5) + i));
    const pages = new PageSource(region, 4, 1);
    expect(owned(region, 4).length).toBe(MAX_EXTENTS);
    expect(Array.from({ length: 128 }, (_, i) => region.plain(blockOf(5) + i))).toEqual(next);
    for (let i = 0; i < 2 * MAX_EXTENTS; i++) expect(pages.take(1, 1).at).toBeLessThan(301 * PAGE_BYTES);
  });
});
