/**
 * What one thread knows of keys: reads settings out of the region. Keeps an {@link Entry} per key that was asked for, and brings it up to
 * date when its cell has changed (the slow path). No read waits, and none takes more than a fixed number of tries.
 */
import { lowerCase } from "../../shared/text/lower-case.js";
import {
  type ArenaPosition,
  belongsTo,
  currentPosition,
  type PublishMeta,
  RecordCopy,
  sourceName,
  stillHolds,
} from "../arena-reader.js";
import { cellAt, cellOfSlot, cellStamp } from "../cells.js";
import { hashKey } from "../checksum.js";
import { decodeRecord } from "../codec.js";
import { findSlot, UNREADABLE } from "../directory.js";
import { count } from "../facts.js";
import { ABSENT_CELL, STAMP_NEVER } from "../layout.js";
import { newestPublish } from "../publish-meta.js";
import type { Region } from "../region.js";
import { absentState, Entry, type KeyState, type Reading } from "./entry.js";
import { Mirror } from "./mirror.js";
import type { Section } from "./section.js";
import { type Named, SectionReader } from "./section-reader.js";
import { StateReader } from "./state-reader.js";

/** Tries of one read. Each fails only when two publishes begin while a few hundred nanoseconds pass. */
const MAX_TRIES = 8;
/** Entries kept before those of absent keys and spellings are dropped. */
const SPARE_ENTRIES = 10_000;

const encoder = new TextEncoder();

/** What a {@link KeyReader} may be given. */
export interface KeyReaderPorts {
  /** The thread's copy of all settings, asked for a section when publishes outrun the reading of it. Default: one of its own. */
  readonly mirror?: Mirror;
  /** Called when the reader forgets what it knows, so as not to fill the memory. */
  readonly forgotten?: () => void;
}

export class KeyReader {
  readonly region: Region;
  /** View of the region that covers every bound cell: what the hot path looks at. */
  words: Int32Array;
  /** By key, in every spelling that was used. */
  #entries = new Map<string, Entry>();
  #most = SPARE_ENTRIES;
  readonly #copy = new RecordCopy();
  readonly #names: SectionReader;
  readonly #mirror: Mirror;
  readonly #forgotten: () => void;
  #sources: string[] = [];
  #sourcesOf = 0;

  constructor(region: Region, { mirror = new Mirror(region), forgotten = () => {} }: KeyReaderPorts = {}) {
    this.region = region;
    this.words = region.words;
    this.#names = new SectionReader(region);
    this.#mirror = mirror;
    this.#forgotten = forgotten;
  }

  /** The entry of a key in any spelling, up to date. */
  entry(key: string): Entry {
    const entry = this.#entries.get(key) ?? this.#newEntry(key);
    if (!this.isCurrent(entry)) this.refresh(entry);
    return entry;
  }

  /** Whether what is known of a key is what the region says. */
  isCurrent({ cell, stamp }: Entry): boolean {
    return this.words[cell] === stamp;
  }

  /** The settings below a lower-case name; `undefined` when there are none. */
  section(name: string): Section | undefined {
    return this.named(name)?.section;
  }

  /** What the key holds, or the section of its name as a map. A null above other keys is no value: YAML's `proxy:`. */
  wholeReading(key: string): Reading {
    const entry = this.entry(key);
    const { value } = entry.state;
    if (value !== undefined && value !== null) return entry;
    // The setting as of the same publish as the section: the one may have turned into the other meanwhile.
    const named = this.named(entry.key);
    const own = named?.own?.decode();
    if (own !== undefined && own.state.value !== null) return own;
    return named?.section?.reading ?? entry;
  }

  /**
   * What a lower-case name stands for at one publish; `undefined` when that cannot be read now. Reads what is below the name
   * alone; only under a storm of publishes by way of the mirror, a copy of all settings.
   */
  named(name: string): Named | undefined {
    const named = this.#names.read(name);
    if (named !== undefined) return named;
    const state = this.#mirror.state();
    return state && new StateReader(state).named(name);
  }

  /** Brings an entry up to date; when no clean copy can be had, the entry stays as it is and the next read tries again. */
  refresh(entry: Entry): void {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (this.#tryRefresh(entry)) return;
    }
    count(this.region, "contendedReads");
  }

  /** Sequence id, time and origin of the newest publish; `undefined` before the first one. */
  meta(): PublishMeta | undefined {
    return newestPublish(this.region);
  }

  #tryRefresh(entry: Entry): boolean {
    const { region } = this;
    // Before the position: a key that is added later than this changes the cell later than this.
    const absentStamp = cellStamp(region, ABSENT_CELL);
    const position = currentPosition(region);
    if (position.ordinal === 0) return this.#setAbsent(entry, position, absentStamp === 0 ? 0 : STAMP_NEVER);
    const slot = this.#slotOf(entry, position);
    if (slot === UNREADABLE) return false;
    if (slot < 0) {
      if (!stillHolds(region, position)) return false;
      // A stamp of a publish under way is not kept: the key may be in that very publish.
      const settled = belongsTo(region, position, absentStamp);
      return this.#setAbsent(entry, position, settled ? absentStamp : STAMP_NEVER);
    }
    return this.#readSlot(entry, position, slot);
  }

  #slotOf(entry: Entry, position: ArenaPosition): number {
    if (entry.binding.arena === position.ordinal && entry.binding.slot >= 0) return entry.binding.slot;
    return findSlot(this.region, position.blockAt, encoder.encode(entry.key), hashKey(entry.key));
  }

  #readSlot(entry: Entry, position: ArenaPosition, slot: number): boolean {
    const { region } = this;
    const copy = this.#copy;
    if (!copy.take(region, position, slot)) return false;
    const source = this.#sourceName(position, copy.source);
    if (source === undefined || !copy.stillHolds(region, position)) return false;
    if (!copy.matches(slot)) {
      count(region, "checksumMismatches");
      return false;
    }
    this.#sources[copy.source] = source;
    const { binding } = entry;
    const isKnown = binding.arena === position.ordinal && binding.slot === slot && binding.publish === copy.publish;
    if (!isKnown) {
      entry.update(copy.length === 0 ? absentState : stateOf(copy, source));
      entry.binding = { arena: position.ordinal, slot, publish: copy.publish };
    }
    // The stamp is the publish that was read, not what the cell holds now: should a newer publish be under way, the
    // two differ, and the next read looks again.
    const stamp = copy.publish === 0 ? STAMP_NEVER : copy.publish;
    this.#bind(entry, cellAt(region, cellOfSlot(slot)), stamp);
    return true;
  }

  #setAbsent(entry: Entry, position: ArenaPosition, stamp: number): boolean {
    if (entry.state !== absentState) entry.update(absentState);
    entry.binding = { arena: position.ordinal, slot: -1, publish: 0 };
    this.#bind(entry, cellAt(this.region, ABSENT_CELL), stamp);
    return true;
  }

  #bind(entry: Entry, cell: number, stamp: number): void {
    this.region.covers(cell * 4, 4);
    // Only when it differs: an engine reads a field that was written once as if it were a constant.
    if (this.words !== this.region.words) this.words = this.region.words;
    entry.cell = cell;
    entry.stamp = stamp;
  }

  /** Names are kept per arena; one that is read for the first time counts only when the whole read does, so it is kept then. */
  #sourceName(position: ArenaPosition, source: number): string | undefined {
    if (this.#sourcesOf !== position.ordinal) {
      this.#sources = [];
      this.#sourcesOf = position.ordinal;
    }
    return this.#sources[source] ?? sourceName(this.region, position, source);
  }

  #newEntry(key: string): Entry {
    this.#makeRoom();
    const lower = lowerCase(key);
    const entry = this.#entries.get(lower) ?? new Entry(lower);
    // The caller's own text first: a map compares texts by address, and letter by letter only when that differs.
    this.#entries.set(key, entry);
    if (!this.#entries.has(lower)) this.#entries.set(lower, entry);
    return entry;
  }

  /**
   * Keys that do not exist, and other spellings, are kept as well; a caller that makes them up must not fill the memory. When
   * there are too many, all are forgotten, and what is still asked for comes back.
   */
  #makeRoom(): void {
    if (this.#entries.size < this.#most) return;
    let existing = 0;
    for (const { state } of this.#entries.values()) if (state.value !== undefined) existing++;
    this.#most = existing * 2 + SPARE_ENTRIES;
    if (this.#entries.size < this.#most) return;
    // Handles keep their entries.
    this.#entries = new Map();
    this.#forgotten();
  }
}

function stateOf(copy: RecordCopy, source: string): KeyState {
  const { value, layers, sequenceId } = decodeRecord(copy.bytes, copy.length, copy.hasLayers);
  return { value, source, sequenceId, layers };
}
