/** Blocks and extents go to one arena each, also when another writer takes or gives them in between. */
import { describe, expect, it } from "vitest";
import {
  ARENA_BLOCKS,
  BLOCK_WORDS,
  block,
  blockOf,
  extentsWord,
  header,
  RETIRED,
} from "../../../../src/memory/layout.js";
import { Region } from "../../../../src/memory/region.js";
import { releaseArena, takeBlock, takeExtents } from "../../../../src/memory/writer/arena-blocks.js";
import { newRegion } from "../../../support/memory/region.js";

/** Lets something happen once just before a word is looked at, or changed, for the given time. */
class Interrupted extends Region {
  #word = -1;
  #times = 0;
  #then: () => void = () => {};

  before(word: number, times: number, then: () => void): void {
    this.#word = word;
    this.#times = times;
    this.#then = then;
  }

  override load(word: number): number {
    this.#count(word);
    return super.load(word);
  }

  override compareExchange(word: number, expected: number, value: number): number {
    this.#count(word);
    return super.compareExchange(word, expected, value);
  }

  #count(word: number): void {
    if (word === this.#word && --this.#times === 0) this.#then();
  }
}

const newInterrupted = () => new Interrupted(newRegion().memory);

/** Gives the block of an arena an owner, which has extents and a publish. */
function own(region: Region, ordinal: number, { isGone = true, extents = [[7, 2]] as [number, number][] } = {}) {
  const at = blockOf(ordinal);
  region.store(at + block.ordinal, ordinal);
  region.store(at + block.begun, 77);
  extents.forEach(([firstPage, pages], i) => {
    region.setPlain(at + block.extentAt + i * 2, firstPage);
    region.setPlain(at + block.extentAt + i * 2 + 1, pages);
  });
  region.store(at + block.extents, extentsWord.of(ordinal, extents.length));
  if (isGone) releaseArena(region, ordinal);
  return at;
}

const factsOf = (region: Region, at: number) => [
  region.load(at + block.ordinal),
  extentsWord.count(region.load(at + block.extents)),
  region.load(at + block.begun),
];

describe("a block", () => {
  it("is taken in a row by arenas whose numbers rise, from the first on", () => {
    const region = newRegion();
    const blocks = Array.from({ length: 5 }, () => takeBlock(region, 0));
    expect(blocks).toEqual([1, 2, 3, 4, 5]);
    expect(blocks.map((ordinal) => region.load(blockOf(ordinal) + block.ordinal))).toEqual(blocks);
    expect(region.load(header.arenasCreated)).toBe(5);
  });

  it("is taken off an owner that is gone, and neither off one that may live nor off the arena that readers use", () => {
    const region = newRegion();
    own(region, 1);
    own(region, 2, { isGone: false });
    own(region, 3);
    own(region, 4);
    region.store(header.arenasCreated, ARENA_BLOCKS);
    const present = 1;
    expect(takeBlock(region, present), "past the present one and one that may live").toBe(ARENA_BLOCKS + 3);
    expect(takeBlock(region, present)).toBe(ARENA_BLOCKS + 4);
    expect(region.load(blockOf(1) + block.ordinal)).toBe(1);
    expect(region.load(blockOf(2) + block.ordinal)).toBe(2);
  });

  it("is not taken off a later owner by what was said of an earlier one", () => {
    const region = newRegion();
    own(region, 1);
    own(region, ARENA_BLOCKS + 1, { isGone: false });
    region.store(header.arenasCreated, 2 * ARENA_BLOCKS);
    expect(takeBlock(region, 0)).toBe(2 * ARENA_BLOCKS + 2);
  });

  it("that another writer takes at the same moment is left to that one", () => {
    const region = newInterrupted();
    const at = own(region, 1);
    region.store(header.arenasCreated, ARENA_BLOCKS);
    region.before(at + block.ordinal, 2, () => region.store(at + block.ordinal, 5 * ARENA_BLOCKS + 1));
    expect(takeBlock(region, 0)).toBe(ARENA_BLOCKS + 2);
    expect(region.load(at + block.ordinal)).toBe(5 * ARENA_BLOCKS + 1);
  });

  it("is looked for once round, and that none is free is said", () => {
    const region = newRegion();
    for (let ordinal = 1; ordinal <= ARENA_BLOCKS; ordinal++) own(region, ordinal, { isGone: false });
    region.store(header.arenasCreated, ARENA_BLOCKS);
    expect(() => takeBlock(region, 0)).toThrow(/All 32 arena blocks .* may still live/);
    expect(region.load(header.arenasCreated)).toBe(2 * ARENA_BLOCKS);
  });

  it("is found as well when the numbers of arenas have gone beyond half of 32 bits", () => {
    const region = newRegion();
    region.store(header.arenasCreated, 2 ** 31 - 2);
    const taken = [takeBlock(region, 0), takeBlock(region, 0), takeBlock(region, 0)];
    expect(taken).toEqual([2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1]);
    const blocks = taken.map((ordinal) => (blockOf(ordinal) - header.arenaBlocks) / BLOCK_WORDS);
    expect(blocks).toEqual([31, 0, 1]);
    expect(taken.map((ordinal) => region.load(blockOf(ordinal) + block.ordinal))).toEqual(taken);
  });
});

describe("extents", () => {
  it("are taken over from an owner that is gone, once, and its readers find out", () => {
    const region = newRegion();
    const extents: [number, number][] = [
      [3, 1],
      [9, 4],
    ];
    const at = own(region, 2, { extents });
    expect(takeExtents(region, at, 5, 1)).toEqual([
      { firstPage: 3, pages: 1 },
      { firstPage: 9, pages: 4 },
    ]);
    expect(factsOf(region, at)).toEqual([2, 0, RETIRED]);
    expect(takeExtents(region, at, 5, 1)).toEqual([]);
  });

  it("of the owner before are taken over by the one that has the block now", () => {
    const region = newRegion();
    const at = own(region, 2, { isGone: false });
    region.store(at + block.ordinal, ARENA_BLOCKS + 2);
    expect(takeExtents(region, at, ARENA_BLOCKS + 2, 1)).toEqual([{ firstPage: 7, pages: 2 }]);
    expect(factsOf(region, at)).toEqual([ARENA_BLOCKS + 2, 0, RETIRED]);
  });

  it("of a writer that may live, of the arena that readers use, and of nobody are left alone", () => {
    const region = newRegion();
    const living = own(region, 2, { isGone: false });
    const present = own(region, 3);
    const nobody = own(region, 4);
    region.store(nobody + block.ordinal, 0);
    region.store(nobody + block.writerGone, 0);
    for (const at of [living, present, nobody]) {
      const before = factsOf(region, at);
      expect(takeExtents(region, at, 9, 3)).toEqual([]);
      expect(factsOf(region, at)).toEqual(before);
    }
  });

  it("are none where there are none, and then nobody is sent away", () => {
    const region = newRegion();
    const at = own(region, 2, { extents: [] });
    const word = region.load(at + block.extents);
    expect(takeExtents(region, at, 9, 1)).toEqual([]);
    expect([region.load(at + block.begun), region.load(at + block.extents)]).toEqual([77, word]);
  });

  it("are left to whoever takes the block meanwhile", () => {
    const region = newInterrupted();
    const at = own(region, 2);
    region.before(at + block.ordinal, 2, () => region.store(at + block.ordinal, ARENA_BLOCKS + 2));
    expect(takeExtents(region, at, 9, 1)).toEqual([]);
    expect(factsOf(region, at)).toEqual([ARENA_BLOCKS + 2, 1, 77]);
  });

  it("are left to whoever takes them meanwhile, with the arena that these are of by then", () => {
    const region = newInterrupted();
    const at = own(region, 2);
    // Between the look at the word and its change.
    region.before(at + block.extents, 2, () => {
      region.store(at + block.ordinal, ARENA_BLOCKS + 2);
      region.store(at + block.extents, extentsWord.of(ARENA_BLOCKS + 2, 1));
      region.store(at + block.begun, 88);
    });
    expect(takeExtents(region, at, 9, 1)).toEqual([]);
    expect(factsOf(region, at)).toEqual([ARENA_BLOCKS + 2, 1, 88]);
  });

  it("of a dead arena are taken, and an arena that has come into its block since is not retired with it", () => {
    const region = newInterrupted();
    const at = own(region, 2);
    region.before(at + block.begun, 2, () => region.store(at + block.begun, 88));
    expect(takeExtents(region, at, 9, 1)).toEqual([{ firstPage: 7, pages: 2 }]);
    expect(region.load(at + block.begun)).toBe(88);
  });
});
