/**
 * Pages for a new arena: first those of arenas that no reader can need any more, then fresh ones.
 *
 * An arena's pages may be used again when it is not the present one and the thread that wrote it has provably ended (or is
 * this very thread). It is retired first, so that a reader that is still inside it finds out (seqlock.ts).
 * Ownership is written down in the blocks; a death between two steps loses pages, but never gives a page to two arenas.
 */
import { ARENA_BLOCKS, block, blockOf, extentsWord, MAX_EXTENTS, PAGE_BYTES } from "../layout.js";
import type { Region } from "../region.js";
import { type Extent, takeExtents } from "./arena-blocks.js";

export class PageSource {
  readonly #region: Region;
  readonly #ordinal: number;
  readonly #blockAt: number;
  /** All extents of the arena, in the order of the memory; written to the block at every change. */
  readonly #owned: Extent[];
  /** Adopted extents that have not been handed out yet, largest last. */
  readonly #unused: Extent[];

  /** For the arena of `ordinal`; `current` is the arena that readers use now, 0 for none. */
  constructor(region: Region, ordinal: number, current: number) {
    this.#region = region;
    this.#ordinal = ordinal;
    this.#blockAt = blockOf(ordinal);
    this.#owned = adopt(region, ordinal, current);
    // Another writer may have made the memory grow. What this thread cannot see yet is left to a later arena, because writes there are lost.
    const isSeen = ({ firstPage, pages }: Extent) => region.covers(firstPage * PAGE_BYTES, pages * PAGE_BYTES);
    this.#unused = this.#owned.filter(isSeen).map((extent) => ({ ...extent }));
    this.#unused.sort((a, b) => a.pages - b.pages);
    this.#record();
  }

  /** Gives at least `minBytes`, contiguous; `wantedBytes` when fresh pages must be taken. Throws `limit_exceeded`. */
  take(minBytes: number, wantedBytes: number): { at: number; length: number } {
    const minPages = Math.ceil(minBytes / PAGE_BYTES);
    const found = this.#unused.findIndex(({ pages }) => pages >= minPages);
    if (found >= 0) {
      const [extent] = this.#unused.splice(found, 1) as [Extent];
      return { at: extent.firstPage * PAGE_BYTES, length: extent.pages * PAGE_BYTES };
    }
    const pages = Math.max(minPages, Math.ceil(wantedBytes / PAGE_BYTES));
    const extent = this.#grow(pages, minPages);
    return { at: extent.firstPage * PAGE_BYTES, length: extent.pages * PAGE_BYTES };
  }

  #grow(pages: number, minPages: number): Extent {
    let extent: Extent;
    try {
      extent = { firstPage: this.#region.grow(pages), pages };
    } catch (error) {
      if (pages === minPages) throw error;
      // Near the limit the exact need may still fit.
      extent = { firstPage: this.#region.grow(minPages), pages: minPages };
    }
    this.#owned.push({ ...extent });
    this.#record();
    return extent;
  }

  #record(): void {
    const extents = joinNeighbours(this.#owned);
    this.#owned.splice(0, this.#owned.length, ...extents);
    // What does not fit is lost when this arena is given up, and nothing more.
    const kept = extents.slice(0, MAX_EXTENTS);
    kept.forEach(({ firstPage, pages }, index) => {
      this.#region.setPlain(this.#blockAt + block.extentAt + index * 2, firstPage);
      this.#region.setPlain(this.#blockAt + block.extentAt + index * 2 + 1, pages);
    });
    this.#region.store(this.#blockAt + block.extents, extentsWord.of(this.#ordinal, kept.length));
  }
}

/** Takes over the extents of all arenas that can be given up, and what the former owner of this one's block has left there. */
function adopt(region: Region, ordinal: number, current: number): Extent[] {
  const blocks = Array.from({ length: ARENA_BLOCKS }, (_, index) => blockOf(index));
  return joinNeighbours(blocks.flatMap((at) => takeExtents(region, at, ordinal, current)));
}

function joinNeighbours(extents: readonly Extent[]): Extent[] {
  const joined: Extent[] = [];
  for (const extent of [...extents].sort((a, b) => a.firstPage - b.firstPage)) {
    const last = joined.at(-1);
    if (last && last.firstPage + last.pages === extent.firstPage) last.pages += extent.pages;
    else joined.push({ ...extent });
  }
  return joined;
}
