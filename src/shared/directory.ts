/**
 * The key directory of an arena: slots in chunks, and an open-addressing hash table from keys to slots. It only grows:
 * what a reader has found stays where it is for the life of the arena. Both halves stand here.
 *
 * A reader may look while the writer appends: a table entry is stored, atomically, after the slot and the key it names
 * are complete; a larger table is complete before its position is stored; a table that was replaced stays as it is.
 */
import { block, MAX_SOURCES, SLOT_WORDS, SLOTS_PER_CHUNK, slot, TABLE_INDEX_BITS } from "./layout.js";
import type { Region } from "./region.js";

const indexMask = 2 ** TABLE_INDEX_BITS - 1;

/** Word index of a slot. */
export function slotAt(region: Region, blockAt: number, index: number): number {
  const chunks = region.plain(blockAt + block.slotChunks);
  return region.plain(chunks + Math.floor(index / SLOTS_PER_CHUNK)) + (index % SLOTS_PER_CHUNK) * SLOT_WORDS;
}

/** Packs length and hash of a key into one word. */
export function keyInfo(length: number, hash: number): number {
  return length | ((hash >>> 16) << 16);
}

/** What a table entry holds for a slot: its index + 1, and the hash bits that the position does not tell. */
export function tableEntry(index: number, hash: number): number {
  return (index + 1) | (hash & ~indexMask);
}

/** Reader: index of the key's slot, -1 when it has none. Bounded, whatever the memory holds. */
export function findSlot(region: Region, blockAt: number, key: Uint8Array, hash: number): number {
  const table = region.load(blockAt + block.table);
  if (!region.covers(table * 4, 4)) return -1;
  const capacity = region.plain(table);
  const isPowerOfTwo = (capacity & (capacity - 1)) === 0;
  if (!isPowerOfTwo || !region.covers(table * 4, capacity * 4 + 4)) return -1;
  let position = hash & (capacity - 1);
  for (let probes = 0; probes < capacity; probes++) {
    const entry = region.load(table + 1 + position);
    if (entry === 0) return -1;
    if (((entry ^ hash) & ~indexMask) === 0) {
      const index = (entry & indexMask) - 1;
      if (keyIs(region, slotAt(region, blockAt, index), key, hash)) return index;
    }
    position = (position + 1) & (capacity - 1);
  }
  return -1;
}

function keyIs(region: Region, at: number, key: Uint8Array, hash: number): boolean {
  if (!region.covers(at * 4, SLOT_WORDS * 4)) return false;
  if (region.plain(at + slot.keyInfo) !== keyInfo(key.length, hash)) return false;
  const from = region.plain(at + slot.keyAt);
  if (!region.covers(from, key.length)) return false;
  const { bytes } = region;
  for (let i = 0; i < key.length; i++) if (bytes[from + i] !== key[i]) return false;
  return true;
}

/** Writer: puts a slot into the table whose entries begin after word `table`. The slot must be complete. */
export function insertIntoTable(region: Region, table: number, capacity: number, index: number, hash: number): void {
  let position = hash & (capacity - 1);
  while (region.plain(table + 1 + position) !== 0) position = (position + 1) & (capacity - 1);
  // Atomic: a reader that sees the entry must see the slot and the key.
  region.store(table + 1 + position, tableEntry(index, hash));
}

/** Reader: UTF-8 of a source's name, copied out; empty when the memory does not make sense. */
export function sourceBytes(region: Region, blockAt: number, source: number): Uint8Array {
  if (source <= 0 || source > MAX_SOURCES) return new Uint8Array(0);
  const at = region.plain(region.plain(blockAt + block.sources) + source);
  if (!region.covers(at, 4)) return new Uint8Array(0);
  const length = region.plain(at >> 2);
  if (length > 1024 || !region.covers(at + 4, length)) return new Uint8Array(0);
  const copy = new Uint8Array(length);
  region.copyOut(copy, at + 4, length);
  return copy;
}
