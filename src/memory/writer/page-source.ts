/**
 * Pages for a new arena: first those of arenas that no reader can need any more, then fresh ones.
 *
 * An arena's pages may be used again when it is not the present one and the thread that wrote it has provably ended (or is
 * this very thread). It is retired first, so that a reader that is still inside it finds out (seqlock.ts).
 * Ownership is written down in the blocks; a death between two steps loses pages, but never gives a page to two arenas.
 */
import { ARENA_BLOCKS, block, blockOf, MAX_EXTENTS, PAGE_BYTES } from "../layout.js";
import type { Region } from "../region.js";
import { retire } from "../seqlock.js";

interface Extent {
  firstPage: number;
  pages: number;
}

export class PageSource {
  readonly #region: Region;
  readonly #blockAt: number;
  /** All extents of the arena, in the order of the memory; written to the block at every change. */
  readonly #owned: Extent[];
  /** Adopted extents that have not been handed out yet, largest last. */
  readonly #unused: Extent[];

  /** For the arena of `ordinal`; `current` is the arena that readers use now, 0 for none. */
  constructor(region: Region, ordinal: number, current: number) {
    this.#region = region;
    this.#blockAt = blockOf(ordinal);
    this.#owned = adopt(region, ordinal, current);
    this.#unused = this.#owned.map((extent) => ({ ...extent })).sort((a, b) => a.pages - b.pages);
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
    this.#region.store(this.#blockAt + block.extents, kept.length);
  }
}

/** Takes over the extents of all arenas that can be given up. */
function adopt(region: Region, ordinal: number, current: number): Extent[] {
  const adopted: Extent[] = [];
  for (let index = 0; index < ARENA_BLOCKS; index++) {
    const blockAt = blockOf(index);
    const candidate = region.load(blockAt + block.ordinal);
    if (candidate === 0 || candidate === current) continue;
    // What stands in the block of this arena is what the former owner has left: nobody else can find it any more.
    if (candidate !== ordinal && region.load(blockAt + block.writerGone) !== 1) continue;
    // Taken off the former owner in one step, before the new owner writes them down: no second writer can find them too,
    // and a death in between loses them.
    const count = Math.min(region.exchange(blockAt + block.extents, 0), MAX_EXTENTS);
    if (count === 0) continue;
    retire(region, blockAt);
    for (let i = 0; i < count; i++) {
      const firstPage = region.plain(blockAt + block.extentAt + i * 2);
      adopted.push({ firstPage, pages: region.plain(blockAt + block.extentAt + i * 2 + 1) });
    }
  }
  return joinNeighbours(adopted);
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
