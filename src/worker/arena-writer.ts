/**
 * Writes one arena: its records and its publishes, and by directory-writer.ts its directory. The caller decides when an arena is replaced.
 *
 * A publish has two halves. `stage` does everything that can throw: sizing, encoding and allocation, in private memory;
 * given up, it leaves no trace. `commit` writes, and cannot fail.
 */
import { cellAt, cellOfSlot } from "../shared/cells.js";
import { checksum, hashKey, recordSeed } from "../shared/checksum.js";
import { slotAt } from "../shared/directory.js";
import { ConfigStreamError } from "../shared/errors.js";
import {
  ABSENT_CELL,
  block,
  blockOf,
  descriptor,
  LATEST_CELL,
  LOG_ENTRIES,
  MAX_SOURCES,
  META_WORDS,
  meta,
  PAGE_BYTES,
  slot,
} from "../shared/layout.js";
import type { Region } from "../shared/region.js";
import { beginPublish, endPublish, markCell, olderDescriptor, retire, writeDescriptor } from "../shared/seqlock.js";
import { DirectoryWriter, type NewKey } from "./directory-writer.js";
import { PageSource } from "./page-source.js";
import { ValueSpace } from "./value-space.js";

/** What one key becomes: a record to store, or its removal. */
export interface SlotWrite {
  readonly key: string;
  /** `undefined`: the key is removed. */
  readonly record: { readonly bytes: Uint8Array; readonly source: string; readonly hasLayers: boolean } | undefined;
}

/** What a publish tells about itself. */
export interface PublishInfo {
  readonly sequenceId: number;
  readonly origin: string;
  readonly atMs: number;
}

/** The publish numbers of an arena: `base + 1` to `base + count`. */
export interface PublishNumbers {
  readonly base: number;
  readonly count: number;
}

interface StagedWrite {
  readonly write: SlotWrite;
  /** Slot of the key; an index past the directory's end when the key is new. */
  readonly index: number;
  /** Where the record goes, and whether that block was allocated for it. */
  readonly at: number;
  readonly allocated: boolean;
}

/** A publish that has all it needs. */
export interface StagedPublish {
  readonly writes: readonly StagedWrite[];
  readonly newKeys: readonly NewKey[];
  readonly info: PublishInfo;
  readonly originAt: number;
  readonly originLength: number;
}

const encoder = new TextEncoder();

export class ArenaWriter {
  readonly ordinal: number;
  readonly #region: Region;
  readonly #blockAt: number;
  readonly #numbers: PublishNumbers;
  readonly #space: ValueSpace;
  readonly #directory: DirectoryWriter;
  readonly #sources = new Map<string, number>([["", 0]]);
  #live = 0;
  #publish: number;
  #logHead = 0;
  #origin = { name: "", at: 0, length: 0 };

  /** Lays out an arena that nobody sees yet. `expectedKeys` sizes its table. Throws `limit_exceeded`. */
  constructor(region: Region, ordinal: number, numbers: PublishNumbers, current: number, expectedKeys: number) {
    this.ordinal = ordinal;
    this.#region = region;
    this.#blockAt = blockOf(ordinal);
    this.#numbers = numbers;
    this.#publish = numbers.base;
    // Readers of the arena that had this block before must not take our words for theirs.
    retire(region, this.#blockAt);
    region.store(this.#blockAt + block.ordinal, ordinal);
    region.store(this.#blockAt + block.writerGone, 0);
    region.store(this.#blockAt + block.extents, 0);
    const pages = new PageSource(region, ordinal, current);
    this.#space = new ValueSpace((min) => pages.take(min, Math.max(PAGE_BYTES, this.#space.totalBytes / 8)));
    region.setPlain(this.#blockAt + block.base, numbers.base);
    this.#directory = new DirectoryWriter(region, this.#blockAt, (words) => this.#zeroed(words), expectedKeys);
    region.setPlain(this.#blockAt + block.sources, this.#zeroed(MAX_SOURCES + 1));
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

  /** Keys that exist, with their records as private copies. */
  *records(): Generator<SlotWrite> {
    const sourceNames = [...this.#sources.keys()];
    for (const [key, index] of this.#directory.slots()) {
      const { at, info } = this.#newest(index);
      if (info === 0) continue;
      const bytes = new Uint8Array(info & 0xffffff);
      this.#region.copyOut(bytes, at, bytes.length);
      yield { key, record: { bytes, source: sourceNames[(info >>> 24) & 0x7f] ?? "", hasLayers: info >>> 31 === 1 } };
    }
  }

  /** Prepares a publish. Throws `limit_exceeded`, and then nothing has changed. */
  stage(writes: readonly SlotWrite[], info: PublishInfo): StagedPublish {
    // Places and lengths in turn: a snapshot allocates for every key, and an object for each would be most of its garbage.
    const allocated: number[] = [];
    const allocate = (length: number): number => {
      const at = this.#space.allocate(length);
      allocated.push(at, length);
      return at;
    };
    try {
      const newKeys: NewKey[] = [];
      const staged: StagedWrite[] = [];
      for (const write of writes) {
        let index = this.#directory.slotOf(write.key);
        if (index === undefined) {
          if (write.record === undefined) continue;
          index = this.slots + newKeys.length;
          const length = Buffer.byteLength(write.key);
          newKeys.push({ key: write.key, length, at: allocate(length), hash: hashKey(write.key) });
        }
        staged.push(this.#stageRecord(write, index, allocate));
      }
      this.#prepareSources(writes);
      this.#directory.prepare(this.slots + newKeys.length);
      return { writes: staged, newKeys, info, ...this.#stageOrigin(info.origin, allocate) };
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
    for (const newKey of staged.newKeys) this.#directory.append(newKey);
    for (const write of staged.writes) this.#writeRecord(write, publish);
    if (staged.newKeys.length > 0) markCell(region, cellAt(region, ABSENT_CELL), publish);
    this.#writeLog(staged.writes);
    this.#writeMeta(staged, publish);
    // Last, since readers that find it changed look for what else has changed, which is futile until W4.
    markCell(region, cellAt(region, LATEST_CELL), publish);
    this.#publish = publish;
    endPublish(region, this.#blockAt, publish);
  }

  #newest(index: number): { at: number; info: number; descriptorAt: number } {
    const at = slotAt(this.#region, this.#blockAt, index);
    const older = olderDescriptor(this.#region, at);
    const newer = older === at + slot.descriptorA ? at + slot.descriptorB : at + slot.descriptorA;
    return {
      at: this.#region.plain(newer + descriptor.at),
      info: this.#region.plain(newer + descriptor.info),
      descriptorAt: newer,
    };
  }

  #stageRecord(write: SlotWrite, index: number, allocate: (length: number) => number): StagedWrite {
    if (write.record === undefined) return { write, index, at: 0, allocated: false };
    const { length } = write.record.bytes;
    if (index < this.slots) {
      // The older descriptor is overwritten by this very publish, so its block is free for it.
      const older = olderDescriptor(this.#region, slotAt(this.#region, this.#blockAt, index));
      const oldLength = this.#region.plain(older + descriptor.info) & 0xffffff;
      if (oldLength > 0 && ValueSpace.sameBlock(oldLength, length)) {
        return { write, index, at: this.#region.plain(older + descriptor.at), allocated: false };
      }
    }
    return { write, index, at: allocate(length), allocated: true };
  }

  #prepareSources(writes: readonly SlotWrite[]): void {
    for (const { record } of writes) {
      if (record === undefined || this.#sources.has(record.source)) continue;
      const id = this.#sources.size;
      if (id > MAX_SOURCES) {
        throw new ConfigStreamError(
          "limit_exceeded",
          `Source "${record.source}" would be number ${id}; a region holds at most ${MAX_SOURCES}. The last good settings are kept.`,
        );
      }
      // Written early and kept even when the publish is given up: nobody looks before a descriptor names it.
      const bytes = encoder.encode(record.source.slice(0, 200));
      const at = this.#space.allocate(4 + bytes.length);
      this.#region.setPlain(at >> 2, bytes.length);
      this.#region.copyIn(at + 4, bytes);
      this.#region.setPlain(this.#region.plain(this.#blockAt + block.sources) + id, at);
      this.#sources.set(record.source, id);
    }
  }

  #stageOrigin(name: string, allocate: (length: number) => number): { originAt: number; originLength: number } {
    if (name !== this.#origin.name || this.#origin.at === 0) {
      const bytes = encoder.encode(name.slice(0, 200));
      // Never freed: origins change when another core agent answers, which is rare, and readers may look at the old one.
      const at = allocate(bytes.length);
      this.#region.copyIn(at, bytes);
      this.#origin = { name, at, length: bytes.length };
    }
    return { originAt: this.#origin.at, originLength: this.#origin.length };
  }

  #writeRecord({ write, index, at, allocated }: StagedWrite, publish: number): void {
    const region = this.#region;
    const slotWord = slotAt(region, this.#blockAt, index);
    const wasLive = this.#newest(index).info !== 0;
    const target = olderDescriptor(region, slotWord);
    const oldLength = region.plain(target + descriptor.info) & 0xffffff;
    const oldAt = region.plain(target + descriptor.at);
    const { record } = write;
    if (record === undefined) {
      writeDescriptor(region, target, publish, 0, 0, 0);
    } else {
      const { bytes, source, hasLayers } = record;
      const info = bytes.length | ((this.#sources.get(source) ?? 0) << 24) | (hasLayers ? 0x80000000 : 0);
      region.copyIn(at, bytes);
      writeDescriptor(region, target, publish, at, info, checksum(bytes, bytes.length, recordSeed(index, publish)));
    }
    this.#live += (record === undefined ? 0 : 1) - (wasLive ? 1 : 0);
    if (oldLength > 0 && (allocated || record === undefined)) this.#space.free(oldAt, oldLength);
    markCell(region, cellAt(region, cellOfSlot(index)), publish);
  }

  #writeLog(writes: readonly StagedWrite[]): void {
    // A large publish would push everything out; readers then compare all slots, which the jump tells them to do.
    if (writes.length > LOG_ENTRIES / 4) {
      this.#logHead = (this.#logHead + LOG_ENTRIES) | 0;
      return;
    }
    const ring = this.#region.plain(this.#blockAt + block.log);
    for (const { index } of writes) {
      this.#region.setPlain(ring + (this.#logHead & (LOG_ENTRIES - 1)), index);
      this.#logHead = (this.#logHead + 1) | 0;
    }
  }

  #writeMeta(staged: StagedPublish, publish: number): void {
    const region = this.#region;
    const copy = this.#blockAt + block.meta + (publish & 1) * META_WORDS;
    const { sequenceId, atMs } = staged.info;
    region.setPlain(copy + meta.sequenceId, sequenceId);
    region.setPlain(copy + meta.logHead, this.#logHead);
    region.setPlain(copy + meta.liveKeys, this.#live);
    region.setPlain(copy + meta.timeLow, (atMs % 2 ** 32) | 0);
    region.setPlain(copy + meta.timeHigh, Math.floor(atMs / 2 ** 32));
    region.setPlain(copy + meta.originAt, staged.originAt);
    region.setPlain(copy + meta.originLength, staged.originLength);
  }

  /** Word index of `words` zeroed words: pages of a former arena hold its bytes. */
  #zeroed(words: number): number {
    const at = this.#space.allocate(words * 4) >> 2;
    this.#region.clear(at, words);
    return at;
  }
}

/** Tells that this thread will never write an arena again, so that its pages may be used by a later one. */
export function releaseArena(region: Region, ordinal: number): void {
  region.store(blockOf(ordinal) + block.writerGone, 1);
}
