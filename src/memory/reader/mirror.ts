/**
 * A private copy of all settings at one publish, from which views are made. Built at the first view, then brought up to date by
 * what has changed: the arena's ring of changed slots says which slots those are.
 *
 * A reader cannot hold the writer back, and a pass over 100,000 slots takes longer than a hundred publishes. So the first
 * pass reads every slot at whatever publish is newest then; later rounds read again what has changed since, which is
 * less each time, until a round reads all that is left at one publish. At that publish the copy is consistent.
 */
import {
  type ArenaPosition,
  changedSlots,
  currentPosition,
  isCurrent,
  keyOfSlot,
  type PublishMeta,
  publishMeta,
  RecordCopy,
  slotCount,
  sourceName,
} from "../arena-reader.js";
import { slotAt } from "../directory.js";
import { count } from "../facts.js";
import { descriptor, SLOT_WORDS, SLOTS_PER_CHUNK } from "../layout.js";
import type { Region } from "../region.js";
import { stillValid, visibleDescriptor } from "../seqlock.js";
import { StoredReading } from "./stored-reading.js";

/** Rounds before a view gives up: far more than needed unless publishes outrun this thread for good. */
const MAX_ROUNDS = 256;
/** Slots read under one check. */
const BATCH = 64;

/** Readings by slot, in chunks that views share; a chunk is copied before it is changed. */
export type Chunks = readonly (readonly (StoredReading | undefined)[])[];

/** An immutable state of all keys. */
export interface MirrorState {
  readonly chunks: Chunks;
  /** Slot of each key; may hold keys that came later, whose readings the chunks do not have. */
  readonly slots: ReadonlyMap<string, number>;
  readonly meta: PublishMeta | undefined;
  /** Arena and publish; 0 before the first one. */
  readonly arena: number;
  readonly publish: number;
}

const emptyState: MirrorState = { chunks: [], slots: new Map(), meta: undefined, arena: 0, publish: 0 };

export class Mirror {
  readonly #region: Region;
  readonly #copy = new RecordCopy();
  #ordinal = 0;
  #chunks: (StoredReading | undefined)[][] = [];
  /** Chunks that no view holds, and which may therefore be changed in place. */
  #own = new Set<number>();
  #slots = new Map<string, number>();
  #sources: string[] = [];
  /** Slots that may have changed since they were read. */
  readonly #stale = new Set<number>();
  #scanDue = true;
  #logSeen = 0;
  #publish = 0;
  #state: MirrorState = emptyState;

  constructor(region: Region) {
    this.#region = region;
  }

  /** The newest state; after too many rounds an earlier one, or `undefined` when there is none. */
  state(): MirrorState | undefined {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const position = currentPosition(this.#region);
      if (position.ordinal === 0) return emptyState;
      if (position.ordinal === this.#ordinal && position.publish === this.#publish) return this.#state;
      const meta = this.#round(position);
      // An arena that has been replaced meanwhile is not taken for the newest state: see isCurrent.
      if (meta !== undefined && isCurrent(this.#region, position)) return this.#settle(position, meta);
    }
    count(this.#region, "contendedReads");
    return this.#state.meta === undefined ? undefined : this.#state;
  }

  /** One round; gives the publish's record when all slots are as they were at `position`. */
  #round(position: ArenaPosition): PublishMeta | undefined {
    const region = this.#region;
    if (position.ordinal !== this.#ordinal) this.#startOver(position.ordinal);
    const meta = publishMeta(region, position);
    const slots = slotCount(region, position);
    const changed = this.#changedSince(position, meta);
    if (!stillValid(region, position.blockAt, position.publish) || meta === undefined) return undefined;
    this.#logSeen = meta.logHead;
    if (changed === undefined) this.#scanDue = true;
    else for (const slot of changed) this.#stale.add(slot);
    if (this.#scanDue) {
      this.#scan(slots);
      return undefined;
    }
    if (this.#stale.size <= BATCH) return this.#readAll([...this.#stale], position) ? meta : undefined;
    const all = [...this.#stale];
    if (this.#readAll(all, position)) return meta;
    // Too many for one publish: read them at whatever is newest, and leave to the next round what changes meanwhile.
    for (let at = 0; at < all.length; at += BATCH) {
      this.#readAll(all.slice(at, at + BATCH), currentPosition(region));
    }
    return undefined;
  }

  #startOver(ordinal: number): void {
    this.#ordinal = ordinal;
    this.#chunks = [];
    this.#own = new Set();
    this.#slots = new Map();
    this.#sources = [];
    this.#stale.clear();
    this.#scanDue = true;
    this.#logSeen = 0;
    this.#publish = 0;
  }

  /** Slots in the ring since this mirror last looked; `undefined` when some have been overwritten or jumped over. */
  #changedSince(position: ArenaPosition, meta: PublishMeta | undefined): number[] | undefined {
    if (meta === undefined || this.#scanDue) return undefined;
    return changedSlots(this.#region, position, this.#logSeen, meta.logHead);
  }

  /** Reads every slot that is not as it was read last. What changes meanwhile is in the ring. */
  #scan(slots: number): void {
    const region = this.#region;
    this.#stale.clear();
    for (let from = 0; from < slots; from += BATCH) {
      const position = currentPosition(region);
      if (position.ordinal !== this.#ordinal) return;
      const batch: number[] = [];
      for (let slot = from; slot < Math.min(slots, from + BATCH); slot++) {
        const at = slotAt(region, position.blockAt, slot);
        const visible = region.covers(at * 4, SLOT_WORDS * 4) ? visibleDescriptor(region, at, position.publish) : -1;
        const publish = visible < 0 ? 0 : region.plain(visible + descriptor.publish);
        if (this.#readingAt(slot)?.publish !== publish) batch.push(slot);
      }
      if (!stillValid(region, position.blockAt, position.publish)) {
        for (let slot = from; slot < Math.min(slots, from + BATCH); slot++) this.#stale.add(slot);
      } else {
        for (const slot of batch) this.#stale.add(slot);
        this.#readAll(batch, position);
      }
    }
    this.#scanDue = false;
  }

  /** Reads slots as they are at `position`; false, and nothing is taken over, when they may have been overwritten. */
  #readAll(slots: readonly number[], position: ArenaPosition): boolean {
    const region = this.#region;
    if (position.ordinal !== this.#ordinal) return false;
    const read: [slot: number, reading: StoredReading][] = [];
    for (const slot of slots) {
      const copy = this.#copy;
      if (!copy.take(region, position, slot)) return false;
      const known = this.#readingAt(slot);
      if (known?.publish === copy.publish && copy.publish !== 0) continue;
      const key = known?.key ?? keyOfSlot(region, position, slot);
      if (key === undefined) return false;
      const source = this.#sources[copy.source] ?? sourceName(region, position, copy.source);
      if (source === undefined) return false;
      read.push([slot, new StoredReading(key, copy, source)]);
    }
    if (!stillValid(region, position.blockAt, position.publish)) return false;
    for (const [slot, reading] of read) {
      if (!reading.matches(slot)) {
        count(region, "checksumMismatches");
        return false;
      }
    }
    for (const [slot, reading] of read) this.#put(slot, reading);
    for (const slot of slots) this.#stale.delete(slot);
    return true;
  }

  #readingAt(slot: number): StoredReading | undefined {
    return this.#chunks[Math.floor(slot / SLOTS_PER_CHUNK)]?.[slot % SLOTS_PER_CHUNK];
  }

  #put(slot: number, reading: StoredReading): void {
    const index = Math.floor(slot / SLOTS_PER_CHUNK);
    let chunk = this.#chunks[index];
    if (chunk === undefined || !this.#own.has(index)) {
      chunk = chunk === undefined ? [] : [...chunk];
      this.#chunks[index] = chunk;
      this.#own.add(index);
    }
    if (chunk[slot % SLOTS_PER_CHUNK] === undefined) this.#slots.set(reading.key, slot);
    chunk[slot % SLOTS_PER_CHUNK] = reading;
    this.#sources[reading.sourceId] = reading.source;
  }

  #settle(position: ArenaPosition, meta: PublishMeta): MirrorState {
    this.#publish = position.publish;
    this.#own.clear();
    const { ordinal: arena, publish } = position;
    this.#state = { chunks: [...this.#chunks], slots: this.#slots, meta, arena, publish };
    return this.#state;
  }
}
