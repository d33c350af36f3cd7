/**
 * Who owns a block, and with it an arena and its pages.
 *
 * A writer that was thought dead may go on at any step, after its successor has used every block again. So whatever takes something
 * from a former owner is a compare-exchange of a word that names that owner: ordinals and publish numbers are never given twice, hence the word
 * still holds what was read only when nobody has come in between.
 */
import { ConfigStreamError } from "../../shared/errors.js";
import { ARENA_BLOCKS, block, blockOf, extentsWord, header, MAX_EXTENTS } from "../layout.js";
import type { Region } from "../region.js";
import { retireFrom } from "../seqlock.js";

/** Pages that lie side by side. */
export interface Extent {
  firstPage: number;
  pages: number;
}

/**
 * Takes a block for a new arena and gives that arena's ordinal: never the block of the arena that readers use, nor that of a writer
 * that may still live. Attempts that fail take ordinals as well, so after {@link ARENA_BLOCKS} of them the present arena's block
 * would be next.
 */
export function takeBlock(region: Region, current: number): number {
  for (let tries = 0; tries < ARENA_BLOCKS; tries++) {
    const ordinal = (region.add(header.arenasCreated, 1) + 1) | 0;
    const at = blockOf(ordinal);
    const owner = region.load(at + block.ordinal);
    const isFree = owner === 0 || (owner !== current && isGone(region, at, owner));
    if (isFree && region.compareExchange(at + block.ordinal, owner, ordinal) === owner) return ordinal;
  }
  throw new ConfigStreamError(
    "internal",
    `All ${ARENA_BLOCKS} arena blocks of the region belong to writers that may still live. The last good settings are kept.`,
  );
}

/** Marks that this thread will never write an arena again, so that its pages may be used by a later one. */
export function releaseArena(region: Region, ordinal: number): void {
  region.store(blockOf(ordinal) + block.writerGone, ordinal);
}

/**
 * Takes over the extents in a block whose owner is gone, or, when it is `mine`, what the owner before has left there; retires the arena
 * that had them, so that readers that are still inside find out (seqlock.ts). None when somebody else was faster. A death in
 * here loses them.
 */
export function takeExtents(region: Region, at: number, mine: number, current: number): Extent[] {
  const owner = region.load(at + block.ordinal);
  const isTakeable = owner === mine || (owner !== 0 && owner !== current && isGone(region, at, owner));
  if (!isTakeable) return [];
  const word = region.load(at + block.extents);
  const begun = region.load(at + block.begun);
  const count = Math.min(extentsWord.count(word), MAX_EXTENTS);
  const extents = Array.from({ length: count }, (_, i) => ({
    firstPage: region.plain(at + block.extentAt + i * 2),
    pages: region.plain(at + block.extentAt + i * 2 + 1),
  }));
  // Both are of an owner that writes no more, unless the block has a new one. That one clears the word before it writes extents of its own.
  if (count === 0 || region.load(at + block.ordinal) !== owner) return [];
  if (region.compareExchange(at + block.extents, word, 0) !== word) return [];
  retireFrom(region, at, begun);
  return extents;
}

function isGone(region: Region, at: number, owner: number): boolean {
  return region.load(at + block.writerGone) === owner;
}
