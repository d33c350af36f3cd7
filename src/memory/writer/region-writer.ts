/**
 * Makes states visible to readers: encodes settings, keeps the limits, and replaces the arena when its time has come.
 *
 * Each worker's life starts with an arena of its own, filled by its first publish and shown to readers by one store; the
 * arena that a dead worker left is read until then and never repaired. The same hand-over serves when an arena has used up
 * its publish numbers, its numbers of sources or its slots, or holds more waste than settings.
 */

import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import { describeThrown } from "../../shared/thrown.js";
import type { EffectiveChange } from "../../shared/types.js";
import { cellAt, cellChunksOf } from "../cells.js";
import {
  CELLS_PER_CHUNK,
  header,
  MAX_KEY_BYTES,
  MAX_NAME_BYTES,
  MAX_RECORD_BYTES,
  PAGE_BYTES,
  PUBLISH_RANGE,
  RANGES_PER_CELL_EPOCH,
  STAMP_MOVED,
} from "../layout.js";
import type { Region } from "../region.js";
import { isNewestWriter, markCell } from "../seqlock.js";
import { releaseArena, takeBlock } from "./arena-blocks.js";
import { ArenaWriter, type PublishNumbers } from "./arena-writer.js";
import { MAX_SLOTS } from "./directory-writer.js";
import type { PublishInfo } from "./meta-writer.js";
import type { Publication, Publisher, Skipped } from "./publication.js";
import { SlotWrites } from "./slot-writes.js";

/** Longest name of a source. Its bytes are at most three times as many, which is what readers take. */
const MAX_SOURCE_LETTERS = Math.floor(MAX_NAME_BYTES / 3);
/** Bytes or slots that may lie idle before a fresh arena is worth its cost. */
const IDLE_BYTES = 1024 * 1024;
const IDLE_SLOTS = 4_096;
const PUBLISHES_BETWEEN_REBUILDS = 1_000;

export interface WriterOptions {
  /** How many writers there were when this one was asked for; when there are more by now, it comes too late, and publishes nothing. */
  readonly writers?: number | undefined;
  /** Lowered by tests of the hand-over, as the next. */
  readonly publishesPerArena?: number | undefined;
  readonly slotsPerArena?: number | undefined;
}

export class RegionWriter implements Publisher {
  readonly #region: Region;
  readonly #limits: EngineParams["limits"];
  readonly #now: () => number;
  readonly #publishesPerArena: number;
  readonly #slotsPerArena: number;
  /** Which writer of the region this is. A later one takes over for good. */
  readonly #turn: number;
  /** The publish that is being made. */
  readonly #writes = new SlotWrites();
  /** What {@link #writes} holds, until it is published. */
  #prepared: Publication | undefined;
  /** Keys of it that are left out. */
  #skipped: ReadonlySet<string> = new Set();
  #arena: ArenaWriter | undefined;
  /** Publishes until a rebuild that did not fit is tried again. */
  #rebuildIn = 0;

  /** `now` gives milliseconds since the epoch. */
  constructor(
    region: Region,
    limits: EngineParams["limits"],
    now: () => number,
    { publishesPerArena = PUBLISH_RANGE, slotsPerArena = MAX_SLOTS, writers }: WriterOptions = {},
  ) {
    this.#region = region;
    this.#limits = limits;
    this.#now = now;
    this.#publishesPerArena = Math.min(PUBLISH_RANGE, publishesPerArena);
    this.#slotsPerArena = slotsPerArena;
    this.#turn = takeTurn(region, writers);
  }

  /** Whether a later writer has come, or the host has given this one up. For good; it publishes nothing any more. */
  get isSuperseded(): boolean {
    return !isNewestWriter(this.#region, this.#turn);
  }

  prepare(publication: Publication): readonly Skipped[] {
    const { changes, sequenceId } = publication;
    const skipped: Skipped[] = [];
    this.#writes.begin(changes.length);
    for (const change of changes) {
      const error = this.#encode(change, change.sequenceId ?? sequenceId);
      if (error !== undefined) skipped.push({ key: change.key, error });
    }
    this.#prepared = publication;
    this.#skipped = new Set(skipped.map(({ key }) => key));
    return skipped;
  }

  /** See {@link Publisher}. Everything that can throw comes before the first shared word that a reader looks at. */
  publish(publication: Publication): void {
    const { sequenceId, origin, changes, lowerLayers = "some", atMs = this.#now() } = publication;
    const info = { sequenceId, origin, atMs, lowerLayers };
    const writes = this.#writes;
    if (this.#prepared !== publication) {
      // Nobody has looked at what would be left out.
      const [first] = this.prepare(publication);
      if (first !== undefined) throw first.error;
    }
    this.#prepared = undefined;
    let keys = this.#arena?.liveKeys ?? 0;
    for (const { key, setting, oldValue } of changes) {
      if (this.#skipped.size > 0 && this.#skipped.has(key)) continue;
      keys += Number(setting !== undefined) - Number(oldValue !== undefined);
    }
    if (keys > this.#limits.maxKeys) throw limitError(`${keys} keys`, `limits.maxKeys = ${this.#limits.maxKeys}`);
    // Another writer was started because this one was thought dead: readers follow that one.
    if (this.isSuperseded) return;
    const arena = this.#arena;
    if (arena === undefined) this.#replaceArena(writes, info);
    else if (arena.rangeUsedUp || !arena.hasNamesFor(writes)) this.#replaceArena(merge(arena, writes), info);
    else if (!this.#rebuiltWasteful(arena, info)) arena.commit(arena.stage(writes, info));
    // A snapshot's rows would take up memory until the next publish.
    writes.begin(0);
  }

  /** Replaces an arena that holds more waste than settings; false when it does not, or when there is no room for that. */
  #rebuiltWasteful(arena: ArenaWriter, info: PublishInfo): boolean {
    if (!isWasteful(arena)) return false;
    if (this.#rebuildIn > 0) {
      this.#rebuildIn--;
      return false;
    }
    try {
      this.#replaceArena(merge(arena, this.#writes), info);
      return true;
    } catch (error) {
      if (!(error instanceof ConfigStreamError) || error.code !== "limit_exceeded") throw error;
      // The waste itself may have room for what is to be published.
      this.#rebuildIn = PUBLISHES_BETWEEN_REBUILDS;
      return false;
    }
  }

  /** Adds a change to what is written; or gives the reason why its setting can never be read. */
  #encode({ key, setting }: EffectiveChange, sequenceId: number): ConfigStreamError | undefined {
    // A UTF-16 code unit is three bytes at most.
    if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) {
      return skipError(`A key of ${Buffer.byteLength(key)} bytes ("${key.slice(0, 60)}…")`, `${MAX_KEY_BYTES} bytes`);
    }
    const writes = this.#writes;
    if (setting === undefined) {
      writes.addRemoval(key);
      return undefined;
    }
    if (setting.source.length > MAX_SOURCE_LETTERS) {
      const what = `Source "${setting.source.slice(0, 60)}…" of setting "${key}" has ${setting.source.length} letters, which`;
      return skipError(what, `${MAX_SOURCE_LETTERS} letters`);
    }
    const { count } = writes;
    try {
      const length = writes.addSetting(key, setting, sequenceId);
      const most = Math.min(this.#limits.maxValueBytes, MAX_RECORD_BYTES);
      if (length <= most) return undefined;
      writes.drop(count);
      return skipError(`Setting "${key}" needs ${length} bytes, which`, `limits.maxValueBytes = ${most}`);
    } catch (thrown) {
      writes.drop(count);
      const message = `Setting "${key}" cannot be encoded (${describeThrown(thrown)}). It is skipped; its last good value is kept.`;
      return new ConfigStreamError("bad_message", message);
    }
  }

  #replaceArena(contents: SlotWrites, info: PublishInfo): void {
    const region = this.#region;
    let former = region.load(header.arena);
    const ordinal = takeBlock(region, former);
    const { epoch, numbers } = takeRange(region, this.#publishesPerArena);
    try {
      const sizes = { expectedKeys: contents.count, mostSlots: this.#slotsPerArena };
      const arena = new ArenaWriter(region, ordinal, numbers, former, this.#turn, sizes);
      const staged = arena.stage(contents, info);
      moveCellsIfDue(region, epoch, contents.count, () => this.isSuperseded);
      arena.commit(staged);
      // Before readers are sent over: a thread that then reads any key of the new arena finds every other cell changed as well.
      markAllCells(region, arena.publishNumber);
      for (;;) {
        // Then this one was thought dead, see seqlock.ts.
        if (this.isSuperseded) {
          releaseArena(region, ordinal);
          return;
        }
        if (region.compareExchange(header.arena, former, ordinal) === former) break;
        // It is another one that was thought dead, and was faster.
        former = region.load(header.arena);
      }
      if (this.#arena !== undefined) releaseArena(region, this.#arena.ordinal);
      this.#arena = arena;
    } catch (error) {
      releaseArena(region, ordinal);
      throw error;
    }
  }
}

/** All that an arena holds, with `writes` on top. */
function merge(arena: ArenaWriter, writes: SlotWrites): SlotWrites {
  const merged = new SlotWrites();
  // Rows that were dropped may still stand behind the others: their keys keep what they have.
  const written = new Set(writes.keys.slice(0, writes.count));
  merged.begin(arena.slots + writes.count);
  arena.copyRecords(merged, (key) => !written.has(key));
  for (let row = 0; row < writes.count; row++) {
    const length = writes.length(row);
    if (length === 0) continue;
    const start = writes.starts[row] as number;
    const target = merged.addRecord(
      writes.keys[row] as string,
      writes.sources[row] as string,
      length,
      writes.hasLayers(row),
    );
    target.set(writes.bytes.bytes.subarray(start, start + length));
  }
  return merged;
}

function isWasteful(arena: ArenaWriter): boolean {
  const { totalBytes, freeBytes } = arena.usage;
  const deadSlots = arena.slots - arena.liveKeys;
  return freeBytes > IDLE_BYTES + totalBytes / 2 || deadSlots > IDLE_SLOTS + arena.liveKeys;
}

/** The turn of a new writer. One that was asked for before another one came, and begins after that, gets a turn that is over. */
function takeTurn(region: Region, writers: number | undefined): number {
  if (writers === undefined) return (region.add(header.writers, 1) + 1) | 0;
  const turn = (writers + 1) | 0;
  return region.compareExchange(header.writers, writers, turn) === writers ? turn : writers;
}

/** Takes a range of publish numbers that no arena ever had, as far as the present cells can remember. */
function takeRange(region: Region, count: number): { epoch: number; numbers: PublishNumbers } {
  let range = region.add(header.rangesTaken, 1) + 1;
  // Range 0 holds the stamps that no publish has.
  if (range % RANGES_PER_CELL_EPOCH === 0) range = region.add(header.rangesTaken, 1) + 1;
  const end = ((range % RANGES_PER_CELL_EPOCH) + 1) * PUBLISH_RANGE;
  // The last numbers of the range, all of them but the very last, so that `base + count + 1` is in the range too.
  return { epoch: Math.floor(range / RANGES_PER_CELL_EPOCH), numbers: { base: (end - count) | 0, count: count - 1 } };
}

/**
 * Once all 32-bit numbers are used up they begin again, and a handle that was not read for all that time could take a new
 * number for its own. So the cells then move to fresh memory; the old ones are marked, and never used again.
 *
 * A writer that was thought dead may go on in here, after its successor has moved them as well. So each place is taken by a compare-exchange with
 * the one that was read before this writer was known to be the newest: no place is ever used twice.
 */
function moveCellsIfDue(region: Region, epoch: number, slots: number, isSuperseded: () => boolean): void {
  const formerEpoch = region.load(header.cellEpoch);
  if (formerEpoch === epoch) return;
  const chunks = region.load(header.cellChunks);
  // Never fewer than before: readers of the former arena, and a writer that comes after a death in here, look them all up.
  const needed = Math.max(chunks, cellChunksOf(slots));
  const former = Array.from({ length: needed }, (_, chunk) => region.load(header.cellChunkAt + chunk));
  if (isSuperseded()) return;
  const first = (region.grow(Math.ceil((needed * CELLS_PER_CHUNK * 4) / PAGE_BYTES)) * PAGE_BYTES) / 4;
  for (const at of former.slice(0, chunks)) {
    for (let i = 0; i < CELLS_PER_CHUNK; i++) markCell(region, at + i, STAMP_MOVED);
  }
  for (const [chunk, at] of former.entries()) {
    region.compareExchange(header.cellChunkAt + chunk, at, first + chunk * CELLS_PER_CHUNK);
  }
  region.compareExchange(header.cellChunks, chunks, needed);
  region.compareExchange(header.cellEpoch, formerEpoch, epoch);
}

/**
 * Marks all cells with the first publish of a new arena: those that belong to none of its slots too, because readers may still be
 * bound to them.
 */
function markAllCells(region: Region, publish: number): void {
  const chunks = region.load(header.cellChunks);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const first = cellAt(region, chunk * CELLS_PER_CHUNK);
    for (let at = first; at < first + CELLS_PER_CHUNK; at++) {
      // Plain, because nearly all cells were marked by the commit, and this thread reads its own writes in any case.
      if (region.plain(at) !== publish) markCell(region, at, publish);
    }
  }
}

function skipError(what: string, bound: string): ConfigStreamError {
  return new ConfigStreamError(
    "limit_exceeded",
    `${what} would exceed the limit ${bound}. Only this setting is skipped, and its last good value is kept. Raise the limit, or send less.`,
  );
}

function limitError(what: string, bound: string): ConfigStreamError {
  return new ConfigStreamError(
    "limit_exceeded",
    `${what} would exceed the limit ${bound}. The state was refused whole and the last good settings are kept. ` +
      "Raise the limit, or send less.",
  );
}
