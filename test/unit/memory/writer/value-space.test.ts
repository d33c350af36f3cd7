import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classSize, ValueSpace } from "../../../../src/memory/writer/value-space.js";

const PAGE = 65_536;

/** Extents one after the other, each so many bytes after the end of the last; at least a page, as the pages of an arena are. */
function spaceWithGaps(...gaps: number[]) {
  const extents: { at: number; length: number }[] = [];
  let next = 1_024;
  const space = new ValueSpace((min) => {
    next += gaps[extents.length % gaps.length] ?? 0;
    const extent = { at: next, length: Math.max(PAGE, min) };
    next += extent.length;
    extents.push(extent);
    return extent;
  });
  return { space, extents };
}

describe("the size of a block", () => {
  it("is the next multiple of four of a small request, and four bytes for none at all", () => {
    expect([0, 1, 3, 4, 5, 63, 64, 253, 256].map(classSize)).toEqual([4, 4, 4, 4, 8, 64, 64, 256, 256]);
  });

  it("wastes at most an eighth of a large request", () => {
    expect([257, 288, 289, 512, 513, 1_025].map(classSize)).toEqual([288, 288, 320, 512, 576, 1_152]);
    fc.assert(
      fc.property(fc.integer({ min: 257, max: 2 ** 24 }), (length) => {
        const size = classSize(length);
        expect(size).toBeGreaterThanOrEqual(length);
        expect(size).toBeLessThanOrEqual(length * 1.125);
        expect(size % 4).toBe(0);
        expect(classSize(size), "a block of a class is of that class").toBe(size);
      }),
    );
  });

  it("decides whether one record can take the place of another", () => {
    expect([ValueSpace.sameBlock(257, 288), ValueSpace.sameBlock(288, 289), ValueSpace.sameBlock(5, 8)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("the space of an arena", () => {
  it("never gives a byte to two blocks, nor one that is not its own, whatever is given back in whatever order", () => {
    const step = fc.oneof(
      fc.record({ length: fc.oneof(fc.nat(300), fc.nat(5_000), fc.nat(200_000)) }),
      fc.record({ free: fc.nat() }),
    );
    const gaps = fc.array(fc.constantFrom(0, PAGE), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(gaps, fc.array(step, { maxLength: 60 }), (between, steps) => {
        const { space, extents } = spaceWithGaps(...between);
        const blocks: { at: number; length: number }[] = [];
        for (const one of steps) {
          if ("length" in one) blocks.push({ at: space.allocate(one.length), length: one.length });
          else if (blocks.length > 0) {
            const [block] = blocks.splice(one.free % blocks.length, 1);
            if (block !== undefined) space.free(block.at, block.length);
          }
        }
        const sorted = blocks
          .map(({ at, length }) => ({ at, end: at + classSize(length) }))
          .sort((a, b) => a.at - b.at);
        sorted.forEach(({ at, end }, i) => {
          expect(at % 4).toBe(0);
          expect(at, "after the end of the one before").toBeGreaterThanOrEqual(sorted[i - 1]?.end ?? 0);
          let covered = at;
          for (const extent of extents) {
            if (extent.at <= covered && covered < extent.at + extent.length) covered = extent.at + extent.length;
          }
          expect(covered, "within extents, of which two that touch are one").toBeGreaterThanOrEqual(end);
        });
        expect(space.totalBytes).toBe(extents.reduce((sum, { length }) => sum + length, 0));
      }),
      { numRuns: 60 },
    );
  });

  it.each([20, 256, 257, 300, 5_000])(
    "gives a block of %i bytes again when one was given back, and counts it as idle until then",
    (length) => {
      const { space } = spaceWithGaps(0);
      const first = space.allocate(length);
      const second = space.allocate(length);
      space.allocate(length);
      space.free(first, length);
      space.free(second, length);
      expect(space.freeBytes).toBe(2 * classSize(length));
      expect([space.allocate(length), space.allocate(length)].sort((a, b) => a - b)).toEqual([first, second]);
      expect(space.freeBytes).toBe(0);
      expect(space.allocate(length), "a new one").toBeGreaterThan(second);
    },
  );

  it("asks for more only when the rest of its newest extent is too small, and uses that to its last byte", () => {
    const { space, extents } = spaceWithGaps(PAGE);
    const blocks = Array.from({ length: PAGE / 64 }, () => space.allocate(64));
    expect(extents.length).toBe(1);
    expect(new Set(blocks).size).toBe(PAGE / 64);
    space.allocate(64);
    expect(extents.length).toBe(2);
    expect([space.totalBytes, space.freeBytes]).toEqual([2 * PAGE, 0]);
  });

  it("goes on without a seam where the new extent follows the old one", () => {
    const { space, extents } = spaceWithGaps(0);
    const first = space.allocate(57_344);
    const across = space.allocate(10_240);
    expect(extents.length).toBe(2);
    expect(across).toBe(first + 57_344);
    expect([space.totalBytes, space.freeBytes]).toEqual([2 * PAGE, 0]);
  });

  it("keeps the rest of an extent that is left behind for small requests", () => {
    const { space, extents } = spaceWithGaps(PAGE);
    for (const length of [57_344, 7_168, 124, 2_048]) space.allocate(length);
    expect(space.freeBytes, "900 bytes: three blocks of 256 and one of 132").toBe(900);
    const from = (extents[0]?.at ?? 0) + PAGE - 900;
    const small = [space.allocate(132), ...Array.from({ length: 3 }, () => space.allocate(256))];
    expect(small.sort((a, b) => a - b)).toEqual([from, from + 256, from + 512, from + 768]);
    expect([space.freeBytes, extents.length]).toEqual([0, 2]);
  });
});
