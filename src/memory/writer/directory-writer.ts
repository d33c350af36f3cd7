/**
 * Writes one arena's key directory: slots in chunks, the hash table that finds them, and what this writer itself needs to know
 * about them. It only grows; the reader's half is in src/memory/directory.ts.
 */

import { ConfigStreamError } from "../../shared/errors.js";
import { cellChunksOf } from "../cells.js";
import { hashKey } from "../checksum.js";
import { insertIntoTable, slotAt } from "../directory.js";
import {
  block,
  CELLS_PER_CHUNK,
  FIRST_SLOT_CELL,
  header,
  keyInfo,
  MAX_CELL_CHUNKS,
  PAGE_BYTES,
  SLOT_WORDS,
  SLOTS_PER_CHUNK,
  slot,
} from "../layout.js";
import type { Region } from "../region.js";
import type { SlotWrites } from "./slot-writes.js";

/** Most slots that an arena can have. */
export const MAX_SLOTS = Math.min(MAX_CELL_CHUNKS * CELLS_PER_CHUNK - FIRST_SLOT_CELL, 2 ** 21 - 2);
const encoder = new TextEncoder();

export class DirectoryWriter {
  readonly #region: Region;
  readonly #blockAt: number;
  readonly #zeroed: (words: number) => number;
  readonly #mostSlots: number;
  /** Key of each slot. */
  readonly #keys: string[] = [];
  /** Slots by key, of the first so many keys: those of a snapshot are not looked up before something changes. */
  readonly #slots = new Map<string, number>();
  #tableAt = 0;
  #tableCapacity = 0;

  /**
   * `zeroed` gives the word index of so many words, and throws `limit_exceeded`. `expectedKeys` sizes the table. `mostSlots` is lowered
   * by tests.
   */
  constructor(
    region: Region,
    blockAt: number,
    zeroed: (words: number) => number,
    expectedKeys: number,
    mostSlots = MAX_SLOTS,
  ) {
    this.#region = region;
    this.#blockAt = blockAt;
    this.#zeroed = zeroed;
    this.#mostSlots = mostSlots;
    region.setPlain(blockAt + block.slots, 0);
    region.setPlain(blockAt + block.slotChunks, zeroed(Math.ceil(MAX_SLOTS / SLOTS_PER_CHUNK)));
    this.#newTable(expectedKeys);
  }

  /** Slots, those of removed keys included. */
  get size(): number {
    return this.#keys.length;
  }

  keyOf(index: number): string {
    return this.#keys[index] as string;
  }

  slotOf(key: string): number | undefined {
    for (let index = this.#slots.size; index < this.#keys.length; index++) this.#slots.set(this.keyOf(index), index);
    return this.#slots.get(key);
  }

  /** Whether there are slots left for the keys of these writes. Those of keys that are gone are not used again. */
  hasRoomFor(writes: SlotWrites): boolean {
    // Nearly always, whichever keys they are.
    if (this.size + writes.count <= this.#mostSlots) return true;
    let size = this.size;
    for (let row = 0; row < writes.count; row++) {
      if (writes.length(row) > 0 && this.slotOf(writes.keys[row] as string) === undefined) size++;
    }
    return size <= this.#mostSlots;
  }

  /** Makes room for `count` slots, their cells and their table entries, all still invisible. Throws `limit_exceeded`. */
  prepare(count: number): void {
    if (count > this.#mostSlots) {
      throw new ConfigStreamError(
        "limit_exceeded",
        `${count} keys are more than the ${this.#mostSlots} that a region holds. The last good settings are kept.`,
      );
    }
    const chunks = this.#region.plain(this.#blockAt + block.slotChunks);
    for (let chunk = 0; chunk * SLOTS_PER_CHUNK < count; chunk++) {
      if (this.#region.plain(chunks + chunk) !== 0) continue;
      this.#region.setPlain(chunks + chunk, this.#zeroed(SLOTS_PER_CHUNK * SLOT_WORDS));
    }
    ensureCells(this.#region, cellChunksOf(count));
    if (count > this.#tableCapacity * 0.8) this.#newTable(count);
  }

  /**
   * Gives a key of `length` UTF-8 bytes, which are to go to `at`, the next slot, for which there must be room. Cannot fail.
   * {@link showSize} has to follow the last one of a publish.
   */
  append(key: string, length: number, at: number): void {
    const region = this.#region;
    const hash = hashKey(key);
    const index = this.size;
    const slotWord = slotAt(region, this.#blockAt, index);
    // Nearly all keys are ASCII, and need no array of bytes of their own.
    if (length === key.length) region.copyInAscii(at, key);
    else region.copyIn(at, encoder.encode(key));
    region.setPlain(slotWord + slot.keyAt, at);
    region.setPlain(slotWord + slot.keyInfo, keyInfo.pack(length, hash));
    this.#keys.push(key);
    insertIntoTable(region, this.#tableAt, this.#tableCapacity, index, hash);
  }

  /** Shows readers how many slots there are. */
  showSize(): void {
    this.#region.store(this.#blockAt + block.slots, this.size);
  }

  /** A table for at least `count` keys, filled, then shown to readers in one store. The former one stays as it is. */
  #newTable(count: number): void {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(64, count / 0.8 + 1)));
    const table = this.#zeroed(1 + capacity);
    this.#region.setPlain(table, capacity);
    this.#keys.forEach((key, index) => {
      insertIntoTable(this.#region, table, capacity, index, hashKey(key));
    });
    this.#tableAt = table;
    this.#tableCapacity = capacity;
    this.#region.store(this.#blockAt + block.table, table);
  }
}

/** Makes sure that so many chunks of cells exist. */
function ensureCells(region: Region, needed: number): void {
  const chunksPerPage = PAGE_BYTES / 4 / CELLS_PER_CHUNK;
  for (let chunk = region.load(header.cellChunks); chunk < needed; chunk++) {
    if (region.load(header.cellChunkAt + chunk) === 0) {
      const first = (region.grow(1) * PAGE_BYTES) / 4;
      for (let i = 0; i < chunksPerPage && chunk + i < MAX_CELL_CHUNKS; i++) {
        // Compare-exchange: if two writers ever meet here, all threads still agree on one place.
        region.compareExchange(header.cellChunkAt + chunk + i, 0, first + i * CELLS_PER_CHUNK);
      }
    }
    // Never lowers it, for the same reason.
    region.compareExchange(header.cellChunks, chunk, chunk + 1);
  }
}
