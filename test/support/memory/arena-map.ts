/** What lies where in the present arena, as layout.ts describes it. */
import { slotAt } from "../../../src/memory/directory.js";
import {
  block,
  blockOf,
  descriptor,
  extentsWord,
  header,
  keyInfo,
  LOG_ENTRIES,
  MAX_SOURCES,
  META_WORDS,
  meta,
  PAGE_BYTES,
  recordInfo,
  SLOT_WORDS,
  SLOTS_PER_CHUNK,
  slot,
} from "../../../src/memory/layout.js";
import type { Region } from "../../../src/memory/region.js";

export interface Piece {
  readonly what: string;
  readonly at: number;
  readonly end: number;
}

/** Word of the block of the present arena. */
export function presentBlock(region: Region): number {
  return blockOf(region.load(header.arena));
}

/** The extents of an arena, in bytes. */
export function extentsOf(region: Region, blockAt = presentBlock(region)): Piece[] {
  return Array.from({ length: extentsWord.count(region.plain(blockAt + block.extents)) }, (_, i) => {
    const at = region.plain(blockAt + block.extentAt + i * 2) * PAGE_BYTES;
    return { what: `extent ${i}`, at, end: at + region.plain(blockAt + block.extentAt + i * 2 + 1) * PAGE_BYTES };
  });
}

/** Where the two descriptors of a slot say that its records are. */
export function recordsOf(region: Region, index: number): Piece[] {
  const word = slotAt(region, presentBlock(region), index);
  return [slot.descriptorA, slot.descriptorB].flatMap((which) => {
    const length = recordInfo.length(region.plain(word + which + descriptor.info));
    const at = region.plain(word + which + descriptor.at);
    return length === 0 ? [] : [{ what: `record of slot ${index}`, at, end: at + length }];
  });
}

/** Everything that the present arena uses, in the order of the memory. */
export function piecesOf(region: Region): Piece[] {
  const blockAt = presentBlock(region);
  const pieces: Piece[] = [];
  const add = (what: string, at: number, length: number) => pieces.push({ what, at, end: at + length });
  const words = (what: string, word: number, count: number) => add(what, word * 4, count * 4);
  const table = region.plain(blockAt + block.table);
  words("table", table, region.plain(table) + 1);
  words("ring", region.plain(blockAt + block.log), LOG_ENTRIES);
  const sources = region.plain(blockAt + block.sources);
  words("sources", sources, MAX_SOURCES + 1);
  for (let i = 1; i <= MAX_SOURCES; i++) {
    const at = region.plain(sources + i);
    if (at !== 0) add(`source ${i}`, at, 4 + region.plain(at >> 2));
  }
  for (const turn of [0, 1]) {
    const copy = blockAt + block.meta + turn * META_WORDS;
    const length = region.plain(copy + meta.originLength);
    if (length > 0) add(`origin ${turn}`, region.plain(copy + meta.originAt), length);
  }
  const count = region.plain(blockAt + block.slots);
  const chunks = region.plain(blockAt + block.slotChunks);
  words("chunks", chunks, Math.max(1, Math.ceil(count / SLOTS_PER_CHUNK)));
  for (let chunk = 0; chunk * SLOTS_PER_CHUNK < count; chunk++) {
    words(`chunk ${chunk}`, region.plain(chunks + chunk), SLOTS_PER_CHUNK * SLOT_WORDS);
  }
  for (let index = 0; index < count; index++) {
    const word = slotAt(region, blockAt, index);
    add(`key ${index}`, region.plain(word + slot.keyAt), keyInfo.length(region.plain(word + slot.keyInfo)));
    pieces.push(...recordsOf(region, index));
  }
  return pieces.sort((a, b) => a.at - b.at);
}

/** What is wrong with it: pieces that share a byte, or that lie in no extent of the arena. */
export function faultsOf(region: Region): string[] {
  const extents = extentsOf(region);
  const faults: string[] = [];
  let last: Piece = { what: "", at: 0, end: 0 };
  for (const piece of piecesOf(region)) {
    if (piece.at < last.end) faults.push(`${piece.what} begins within ${last.what}`);
    if (!extents.some(({ at, end }) => at <= piece.at && piece.end <= end)) faults.push(`${piece.what} is outside`);
    last = piece;
  }
  return faults;
}
