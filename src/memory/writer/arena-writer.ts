/**
 * Writes one arena: its records and its publishes, and by directory-writer.ts its directory. The caller decides when an arena is replaced.
 *
 * A publish has two halves. `stage` does everything that can throw: sizing, encoding and allocation, in private memory;
 * given up, it leaves no trace. `commit` writes, and cannot fail.
 */

import { cellAt, cellOfSlot } from "../cells.js";
import { checksum, recordSeed } from "../checksum.js";
import { slotAt } from "../directory.js";
import {
  ABSENT_CELL,
  block,
  blockOf,
  descriptor,
  LATEST_CELL,
  LOG_ENTRIES,
  MAX_SOURCES,
  PAGE_BYTES,
  recordInfo,
} from "../layout.js";
import type { Region } from "../region.js";
import {
  beginPublish,
  endPublish,
  isNewestWriter,
  markCell,
  olderDescriptor,
  otherDescriptor,
  retire,
  writeDescriptor,
} from "../seqlock.js";
import { DirectoryWriter } from "./directory-writer.js";
import { MetaWriter, type PublishInfo } from "./meta-writer.js";
import { PageSource } from "./page-source.js";
import type { SlotWrites } from "./slot-writes.js";
import { SourceNames } from "./source-names.js";
import { ValueSpace } from "./value-space.js";

/** The publish numbers of an arena: `base + 1` to `base + count`. */
export interface PublishNumbers {
  readonly base: number;
  readonly count: number;
}

/** A slot that does not exist: the removal of a key that never was there. */
const NO_SLOT = -1;

/** A publish that has all it needs. Lists of numbers, for the reason that {@link SlotWrites} gives. */
export interface StagedPublish {
  readonly writes: SlotWrites;
  /** Slot of each write, or {@link NO_SLOT}; an index past the directory's end when the key is new. */
  readonly slots: readonly number[];
  /** Where each write's record goes: an offset, or `~offset` when that block holds the record's predecessor but one. */
  readonly places: readonly number[];
  /** Where each write's key goes, if it is new, in the order of the slots; else 0, which is no place for a key. */
  readonly keyPlaces: readonly number[];
  /** Its UTF-8 bytes. */
  readonly keyLengths: readonly number[];
  readonly newKeys: number;
  readonly info: PublishInfo;
}

export class ArenaWriter {
  readonly ordinal: number;
  readonly #region: Region;
  readonly #blockAt: number;
  readonly #numbers: PublishNumbers;
  readonly #turn: number;
  readonly #space: ValueSpace;
  readonly #directory: DirectoryWriter;
  readonly #sources: SourceNames;
  readonly #meta: MetaWriter;
  #live = 0;
  #publish: number;
  #logHead = 0;

  /**
   * Lays out an arena that no reader sees yet, in the block that was taken for it, of the writer with this turn. `expectedKeys` sizes its
   * table. Throws `limit_exceeded`.
   */
  constructor(
    region: Region,
    ordinal: number,
    numbers: PublishNumbers,
    current: number,
    turn: number,
    { expectedKeys, mostSlots }: { readonly expectedKeys: number; readonly mostSlots: number },
  ) {
    this.ordinal = ordinal;
    this.#turn = turn;
    this.#region = region;
    this.#blockAt = blockOf(ordinal);
    this.#numbers = numbers;
    this.#publish = numbers.base;
    // Readers of the arena that had this block before must not take the new words for its own.
    retire(region, this.#blockAt);
    const pages = new PageSource(region, ordinal, current);
    this.#space = new ValueSpace((min) => pages.take(min, Math.max(PAGE_BYTES, this.#space.totalBytes / 8)));
    region.setPlain(this.#blockAt + block.base, numbers.base);
    const zeroed = (words: number): number => this.#zeroed(words);
    this.#directory = new DirectoryWriter(region, this.#blockAt, zeroed, expectedKeys, mostSlots);
    const allocate = (length: number): number => this.#space.allocate(length);
    this.#sources = new SourceNames(region, this.#blockAt, this.#zeroed(MAX_SOURCES + 1), allocate);
    this.#meta = new MetaWriter(region, this.#blockAt, allocate);
    region.setPlain(this.#blockAt + block.log, this.#zeroed(LOG_ENTRIES));
  }

  /** Keys that exist. */
  get liveKeys(): number {
    return this.#live;
  }

  /** Slots in the directory, those of removed keys included. */
  get slots(): number {
    return this.#directory.size;
  }

  /** Newest complete publish. */
  get publishNumber(): number {
    return this.#publish;
  }

  /** Bytes of all its pages, and how many of them lie idle. */
  get usage(): { readonly totalBytes: number; readonly freeBytes: number } {
    return { totalBytes: this.#space.totalBytes, freeBytes: this.#space.freeBytes };
  }

  /** True when the arena's range of publish numbers is nearly used up. */
  get rangeUsedUp(): boolean {
    return ((this.#publish - this.#numbers.base) | 0) >= this.#numbers.count - 2;
  }

  /** Whether it can name the keys and sources of these writes beside those that it has named so far. */
  hasNamesFor(writes: SlotWrites): boolean {
    return this.#sources.hasRoomFor(writes) && this.#directory.hasRoomFor(writes);
  }

  /** Adds private copies of the records of all keys that exist and that `wants` accepts. */
  copyRecords(target: SlotWrites, wants: (key: string) => boolean): void {
    const region = this.#region;
    const sourceNames = this.#sources.names();
    for (let index = 0; index < this.slots; index++) {
      const key = this.#directory.keyOf(index);
      const slotWord = slotAt(region, this.#blockAt, index);
      const newest = otherDescriptor(slotWord, olderDescriptor(region, slotWord));
      const info = region.plain(newest + descriptor.info);
      if (info === 0 || !wants(key)) continue;
      const length = recordInfo.length(info);
      const source = sourceNames[recordInfo.source(info)] ?? "";
      const bytes = target.addRecord(key, source, length, recordInfo.hasLayers(info));
      region.copyOut(bytes, region.plain(newest + descriptor.at), length);
    }
  }

  /** Prepares a publish. Throws `limit_exceeded`, and then nothing has changed. */
  stage(writes: SlotWrites, info: PublishInfo): StagedPublish {
    // Places and lengths in turn.
    const allocated: number[] = [];
    const allocate = (length: number): number => {
      const at = this.#space.allocate(length);
      allocated.push(at, length);
      return at;
    };
    try {
      const slots = new Array<number>(writes.count);
      const places = new Array<number>(writes.count);
      const keyLengths = new Array<number>(writes.count);
      const keyPlaces = new Array<number>(writes.count);
      let size = this.slots;
      for (let row = 0; row < writes.count; row++) {
        const key = writes.keys[row] as string;
        const recordLength = writes.length(row);
        let index = this.#directory.slotOf(key) ?? NO_SLOT;
        const isNew = index === NO_SLOT && recordLength > 0;
        if (isNew) index = size++;
        const keyLength = isNew ? Buffer.byteLength(key) : 0;
        keyLengths[row] = keyLength;
        keyPlaces[row] = isNew ? allocate(keyLength) : 0;
        slots[row] = index;
        places[row] = this.#place(recordLength, index, allocate);
      }
      this.#sources.prepare(writes);
      this.#directory.prepare(size);
      const newKeys = size - this.slots;
      return {
        writes,
        slots,
        places,
        keyLengths,
        keyPlaces,
        newKeys,
        info,
      };
    } catch (error) {
      for (let i = 0; i < allocated.length; i += 2)
        this.#space.free(allocated[i] as number, allocated[i + 1] as number);
      throw error;
    }
  }

  /** Makes a staged publish visible. Cannot fail. */
  commit(staged: StagedPublish): void {
    const region = this.#region;
    const publish = (this.#publish + 1) | 0;
    beginPublish(region, this.#blockAt, publish);
    this.#writeRows(staged, publish);
    if (staged.newKeys > 0) markCell(region, cellAt(region, ABSENT_CELL), publish);
    this.#writeLog(staged.slots);
    this.#meta.write(publish, staged.info, this.#logHead, this.#live);
    // Last, because readers that find it changed look for what else has changed, which finds nothing until W4.
    markCell(region, cellAt(region, LATEST_CELL), publish);
    // It stays begun for ever: the newer writer may have marked cells before this one did.
    if (!isNewestWriter(region, this.#turn)) return;
    this.#publish = publish;
    endPublish(region, this.#blockAt, publish);
  }

  /** Where a record of `length` bytes goes, see {@link StagedPublish.places}. */
  #place(length: number, index: number, allocate: (length: number) => number): number {
    if (length === 0) return 0;
    if (index < this.slots) {
      // The older descriptor is overwritten by this very publish, so its block is free for it.
      const older = olderDescriptor(this.#region, slotAt(this.#region, this.#blockAt, index));
      const oldLength = recordInfo.length(this.#region.plain(older + descriptor.info));
      if (oldLength > 0 && ValueSpace.sameBlock(oldLength, length)) {
        return ~this.#region.plain(older + descriptor.at);
      }
    }
    return allocate(length);
  }

  #writeRows({ writes, slots, places, keyPlaces, keyLengths, newKeys }: StagedPublish, publish: number): void {
    const region = this.#region;
    const { bytes } = writes.bytes;
    for (let row = 0; row < writes.count; row++) {
      const index = slots[row] as number;
      if (index === NO_SLOT) continue;
      const keyAt = keyPlaces[row] as number;
      if (keyAt > 0) this.#directory.append(writes.keys[row] as string, keyLengths[row] as number, keyAt);
      const length = writes.length(row);
      const place = places[row] as number;
      const slotWord = slotAt(region, this.#blockAt, index);
      const target = olderDescriptor(region, slotWord);
      const wasLive = region.plain(otherDescriptor(slotWord, target) + descriptor.info) !== 0;
      const oldLength = recordInfo.length(region.plain(target + descriptor.info));
      const oldAt = region.plain(target + descriptor.at);
      if (length === 0) {
        writeDescriptor(region, target, publish, 0, 0, 0);
      } else {
        const at = place < 0 ? ~place : place;
        const from = writes.starts[row] as number;
        const source = this.#sources.numberOf(writes.sources[row] as string);
        const info = recordInfo.pack(length, source, writes.hasLayers(row));
        region.copyIn(at, bytes, from, length);
        writeDescriptor(region, target, publish, at, info, checksum(bytes, length, recordSeed(index, publish), from));
      }
      this.#live += (length === 0 ? 0 : 1) - (wasLive ? 1 : 0);
      if (oldLength > 0 && place >= 0) this.#space.free(oldAt, oldLength);
      markCell(region, cellAt(region, cellOfSlot(index)), publish);
    }
    if (newKeys > 0) this.#directory.showSize();
  }

  #writeLog(slots: readonly number[]): void {
    // A large publish would push everything out; readers then compare all slots, which the jump makes them do.
    if (slots.length > LOG_ENTRIES / 4) {
      this.#logHead = (this.#logHead + LOG_ENTRIES) | 0;
      return;
    }
    const ring = this.#region.plain(this.#blockAt + block.log);
    for (const index of slots) {
      if (index === NO_SLOT) continue;
      this.#region.setPlain(ring + (this.#logHead & (LOG_ENTRIES - 1)), index);
      this.#logHead = (this.#logHead + 1) | 0;
    }
  }

  /** Word index of `words` zeroed words: pages of a former arena hold its bytes. */
  #zeroed(words: number): number {
    const at = this.#space.allocate(words * 4) >> 2;
    this.#region.clear(at, words);
    return at;
  }
}
