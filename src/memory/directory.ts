/**
 * The key directory of an arena: slots in chunks, and an open-addressing hash table from keys to slots. It only grows: what a
 * reader has found stays where it is for the life of the arena. Both halves are here.
 *
 * A reader may look while the writer appends: a table entry is stored, atomically, after the slot and the key it names
 * are complete; a larger table is complete before its position is stored; a table that was replaced stays as it is.
 *
 * Memory that this thread cannot see yet is not the same as a key that is not there: an engine may learn of another thread's
 * growth a moment after it has seen what was written there. Then the whole read is repeated.
 */
import {
  block,
  keyInfo,
  MAX_NAME_BYTES,
  MAX_SOURCES,
  SLOT_WORDS,
  SLOTS_PER_CHUNK,
  slot,
  TABLE_INDEX_BITS,
} from "./layout.js";
import type { Region } from "./region.js";

const indexMask = 2 ** TABLE_INDEX_BITS - 1;

/** What {@link findSlot} gives for a key that has no slot. */
export const NO_SLOT = -1;
/** What {@link findSlot} gives when it met memory that does not exist, or not yet for this thread. */
export const UNREADABLE = -2;

/** Word index of a slot; -1 when that cannot be read. */
export function slotAt(region: Region, blockAt: number, index: number): number {
  const chunk = region.plain(blockAt + block.slotChunks) + Math.floor(index / SLOTS_PER_CHUNK);
  if (!region.covers(chunk * 4, 4)) return -1;
  return region.plain(chunk) + (index % SLOTS_PER_CHUNK) * SLOT_WORDS;
}

/** What a table entry holds for a slot: its index + 1, and the hash bits that the position does not give. */
export function tableEntry(index: number, hash: number): number {
  return (index + 1) | (hash & ~indexMask);
}

/** Reader: index of the key's slot, {@link NO_SLOT} or {@link UNREADABLE}. Bounded, whatever the memory holds. */
export function findSlot(region: Region, blockAt: number, key: Uint8Array, hash: number): number {
  const table = region.load(blockAt + block.table);
  if (!region.covers(table * 4, 4)) return UNREADABLE;
  const capacity = region.plain(table);
  const isPowerOfTwo = (capacity & (capacity - 1)) === 0;
  if (!isPowerOfTwo || !region.covers(table * 4, capacity * 4 + 4)) return UNREADABLE;
  let position = hash & (capacity - 1);
  for (let probes = 0; probes < capacity; probes++) {
    const entry = region.load(table + 1 + position);
    if (entry === 0) return NO_SLOT;
    if (((entry ^ hash) & ~indexMask) === 0) {
      const index = (entry & indexMask) - 1;
      const isKey = keyIs(region, slotAt(region, blockAt, index), key, hash);
      if (isKey !== false) return isKey === undefined ? UNREADABLE : index;
    }
    position = (position + 1) & (capacity - 1);
  }
  return NO_SLOT;
}

/** Whether a slot is the key's; `undefined` when it cannot be read. */
function keyIs(region: Region, at: number, key: Uint8Array, hash: number): boolean | undefined {
  if (!region.covers(at * 4, SLOT_WORDS * 4)) return undefined;
  if (region.plain(at + slot.keyInfo) !== keyInfo.pack(key.length, hash)) return false;
  const from = region.plain(at + slot.keyAt);
  if (!region.covers(from, key.length)) return undefined;
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

/** Reader: UTF-8 of a source's name, copied out; `undefined` when it cannot be read. */
export function sourceBytes(region: Region, blockAt: number, source: number): Uint8Array | undefined {
  if (source <= 0 || source > MAX_SOURCES) return undefined;
  const entry = region.plain(blockAt + block.sources) + source;
  if (!region.covers(entry * 4, 4)) return undefined;
  const at = region.plain(entry);
  if (!region.covers(at, 4)) return undefined;
  const length = region.plain(at >> 2);
  if (length < 0 || length > MAX_NAME_BYTES || !region.covers(at + 4, length)) return undefined;
  const copy = new Uint8Array(length);
  region.copyOut(copy, at + 4, length);
  return copy;
}
