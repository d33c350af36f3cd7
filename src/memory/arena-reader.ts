/**
 * Reads records out of arenas: the reader's half of the protocol (seqlock.ts) applied to slots, keys and sources.
 *
 * Everything here is bounded and safe on memory that is being reused: positions are checked before they are followed,
 * and a result counts only after `stillValid`.
 */
import { checksum, recordSeed } from "./checksum.js";
import { slotAt, sourceBytes } from "./directory.js";
import {
  block,
  blockOf,
  CELLS_PER_CHUNK,
  descriptor,
  header,
  keyInfo,
  LOG_ENTRIES,
  type LowerLayers,
  lowerLayers,
  MAX_CELL_CHUNKS,
  MAX_NAME_BYTES,
  META_WORDS,
  meta,
  recordInfo,
  SLOT_WORDS,
  slot,
} from "./layout.js";
import type { Region } from "./region.js";
import { lastComplete, recordStillValid, stillValid, visibleDescriptor } from "./seqlock.js";

// A byte order mark is part of the text, as it is for the writer.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The arena that readers use now, and its newest complete publish. */
export interface ArenaPosition {
  /** 0: nothing was ever published. */
  readonly ordinal: number;
  readonly blockAt: number;
  /** Newest complete publish. */
  readonly publish: number;
}

/** R1 of the protocol. */
export function currentPosition(region: Region): ArenaPosition {
  const ordinal = region.load(header.arena);
  const blockAt = blockOf(ordinal);
  return { ordinal, blockAt, publish: ordinal === 0 ? 0 : lastComplete(region, blockAt) };
}

/**
 * Whether the arena is still the present one. Asked at the end of a read, for a reader that was held up between finding the
 * arena and finding its newest publish: by then the block may serve another arena, to which no reader may ever be sent.
 */
export function isCurrent(region: Region, position: ArenaPosition): boolean {
  return region.load(header.arena) === position.ordinal;
}

/** Number of the newest complete publish, which never falls but wraps; `undefined` when nothing was ever published. */
export function newestPublish(region: Region): number | undefined {
  for (;;) {
    const position = currentPosition(region);
    if (isCurrent(region, position)) return position.ordinal === 0 ? undefined : position.publish;
  }
}

/** Whether everything that was read since {@link currentPosition} can be relied on: R3 of the protocol, and then that. */
export function stillHolds(region: Region, position: ArenaPosition): boolean {
  return stillValid(region, position.blockAt, position.publish) && isCurrent(region, position);
}

/** True when `publish` is one of the arena's complete publishes up to `position`. */
export function belongsTo(region: Region, position: ArenaPosition, publish: number): boolean {
  const base = region.plain(position.blockAt + block.base);
  return ((publish - base) | 0) > 0 && ((position.publish - publish) | 0) >= 0;
}

/** Kept by V8 within the object, so that a reader that is made costs no memory outside of its heap until it reads more. */
const SMALL_BYTES = 64;

/** A private copy of one record; reused from read to read. */
export class RecordCopy {
  /** At least `length` bytes. */
  bytes = new Uint8Array(SMALL_BYTES);
  /** 0: the key does not exist. */
  length = 0;
  source = 0;
  hasLayers = false;
  /** Publish that wrote the record; 0 when the slot held nothing at that publish. */
  publish = 0;
  sum = 0;
  #descriptorAt = -1;
  #slotAt = 0;

  /** R2 of the protocol. False when the memory makes no sense, which `stillValid` would find out as well. */
  take(region: Region, position: ArenaPosition, index: number): boolean {
    const at = slotAt(region, position.blockAt, index);
    if (!region.covers(at * 4, SLOT_WORDS * 4)) return false;
    const visible = visibleDescriptor(region, at, position.publish);
    this.#slotAt = at;
    this.#descriptorAt = visible;
    if (visible < 0) {
      this.length = 0;
      this.source = 0;
      this.hasLayers = false;
      this.publish = 0;
      this.sum = 0;
      return true;
    }
    this.publish = region.plain(visible + descriptor.publish);
    const from = region.plain(visible + descriptor.at);
    const info = region.plain(visible + descriptor.info);
    this.sum = region.plain(visible + descriptor.checksum);
    this.length = recordInfo.length(info);
    this.source = recordInfo.source(info);
    this.hasLayers = recordInfo.hasLayers(info);
    if (!region.covers(from, this.length)) return false;
    if (this.bytes.length < this.length) this.bytes = new Uint8Array(Math.max(1024, this.length * 2));
    region.copyOut(this.bytes, from, this.length);
    return true;
  }

  /**
   * {@link stillHolds} for this record alone: it also holds when many publishes have begun since, as long as none of them
   * changed this slot. Otherwise a large record could not be read while a busy writer changes other keys.
   */
  stillHolds(region: Region, position: ArenaPosition): boolean {
    const { blockAt, publish } = position;
    return (
      recordStillValid(region, blockAt, publish, this.#slotAt, this.#descriptorAt, this.publish) &&
      isCurrent(region, position)
    );
  }

  /** G9: whether the copy is what the publish wrote. Asked after `stillValid`; a mismatch is a defect somewhere. */
  matches(index: number): boolean {
    return this.length === 0 || checksum(this.bytes, this.length, recordSeed(index, this.publish)) === this.sum;
  }
}

/** A slot's key, copied out before it is decoded; `undefined` when the memory makes no sense. */
export function keyOfSlot(region: Region, position: ArenaPosition, index: number): string | undefined {
  const at = slotAt(region, position.blockAt, index);
  if (!region.covers(at * 4, SLOT_WORDS * 4)) return undefined;
  const length = keyInfo.length(region.plain(at + slot.keyInfo));
  const from = region.plain(at + slot.keyAt);
  if (!region.covers(from, length)) return undefined;
  const copy = new Uint8Array(length);
  region.copyOut(copy, from, length);
  return decoder.decode(copy);
}

/** Name of a source; `undefined` when it cannot be read. */
export function sourceName(region: Region, position: ArenaPosition, source: number): string | undefined {
  if (source === 0) return "";
  const bytes = sourceBytes(region, position.blockAt, source);
  return bytes && decoder.decode(bytes);
}

/** What a publish says about itself. */
export interface PublishMeta {
  readonly sequenceId: number;
  readonly logHead: number;
  readonly liveKeys: number;
  readonly atMs: number;
  readonly origin: string;
  readonly lowerLayers: LowerLayers;
}

/** Whether any arena can have a slot of this number: what is read of memory that was overwritten may be anything. */
function isSlot(index: number): boolean {
  return index >= 0 && index < MAX_CELL_CHUNKS * CELLS_PER_CHUNK;
}

/** Slots in the directory; 0 when the number makes no sense, so that no read looks for what is not there. */
export function slotCount(region: Region, position: ArenaPosition): number {
  const slots = region.load(position.blockAt + block.slots);
  return isSlot(slots) ? slots : 0;
}

/** The record of publish `position.publish`, `undefined` when it cannot be read; means something only after `stillValid`. */
export function publishMeta(region: Region, position: ArenaPosition): PublishMeta | undefined {
  const copy = position.blockAt + block.meta + (position.publish & 1) * META_WORDS;
  const originAt = region.plain(copy + meta.originAt);
  const originLength = region.plain(copy + meta.originLength);
  if (originLength < 0 || originLength > MAX_NAME_BYTES || !region.covers(originAt, originLength)) return undefined;
  const bytes = new Uint8Array(originLength);
  region.copyOut(bytes, originAt, originLength);
  return {
    sequenceId: region.plain(copy + meta.sequenceId),
    logHead: region.plain(copy + meta.logHead),
    liveKeys: region.plain(copy + meta.liveKeys),
    atMs: (region.plain(copy + meta.timeLow) >>> 0) + region.plain(copy + meta.timeHigh) * 2 ** 32,
    origin: decoder.decode(bytes),
    // What was overwritten may be anything.
    lowerLayers: lowerLayers[region.plain(copy + meta.lowerLayers)] ?? "some",
  };
}

/** Entries that publish `position.publish` had written to the ring of changed slots; means something only after `stillValid`. */
export function logHead(region: Region, position: ArenaPosition): number {
  return region.plain(position.blockAt + block.meta + (position.publish & 1) * META_WORDS + meta.logHead);
}

/**
 * Slots that changed between two heads of the ring; `undefined` when some of them have been overwritten or jumped over. Means
 * something only after `stillValid`.
 */
export function changedSlots(region: Region, position: ArenaPosition, from: number, to: number): number[] | undefined {
  const fresh = (to - from) | 0;
  // Half the ring: what the publish under way may overwrite is then out of reach.
  if (fresh < 0 || fresh > LOG_ENTRIES / 2) return undefined;
  const ring = region.plain(position.blockAt + block.log);
  if (!region.covers(ring * 4, LOG_ENTRIES * 4)) return undefined;
  const changed: number[] = [];
  for (let i = 0; i < fresh; i++) {
    const changedSlot = region.plain(ring + ((from + i) & (LOG_ENTRIES - 1)));
    if (!isSlot(changedSlot)) return undefined;
    changed.push(changedSlot);
  }
  return changed;
}
