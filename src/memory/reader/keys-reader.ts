/**
 * Reads a fixed set of names, keys and whole sections, at one publish.
 *
 * Keys are found by the directory's table, sections by {@link SlotsBelow}; both once an arena, and again when keys were added. A read
 * after a publish looks at the slots of the set alone, under one closing check: without that, a publish that begins meanwhile
 * would show in some of them.
 */
import { type ArenaPosition, belongsTo, currentPosition } from "../arena-reader.js";
import { cellStamp } from "../cells.js";
import { hashKey } from "../checksum.js";
import { findSlot, UNREADABLE } from "../directory.js";
import { count } from "../facts.js";
import { ABSENT_CELL, STAMP_NEVER } from "../layout.js";
import type { Region } from "../region.js";
import { Reading } from "./entry.js";
import type { Mirror, MirrorState } from "./mirror.js";
import { sectionOf } from "./section.js";
import { SlotReadings } from "./slot-readings.js";
import { SlotsBelow } from "./slots-below.js";
import { StateReader } from "./state-reader.js";
import type { StoredReading } from "./stored-reading.js";

/** Tries of one read; each fails only when two publishes begin while it lasts. */
const MAX_TRIES = 8;

const encoder = new TextEncoder();

/** A name to read, in lower case. */
export interface WantedName {
  readonly key: string;
  /** Whether what is below the name counts when it has no value of its own. */
  readonly isWhole: boolean;
}

type Span = readonly [from: number, count: number];

/** Where the names are in one arena. Never changed, only replaced. */
interface Places {
  readonly arena: number;
  /** What the cell of absent keys held; `STAMP_NEVER` when that must be looked at again. */
  readonly absentStamp: number;
  readonly slots: readonly number[];
  /** Of each name where its slots begin among `slots`, and how many there are. */
  readonly spans: readonly Span[];
  /** The slot lists of the whole names that these are made of, in the order of the names. */
  readonly below: readonly (readonly number[])[];
}

const noneStored: readonly StoredReading[] = [];
const nowhere: Places = { arena: 0, absentStamp: STAMP_NEVER, slots: [], spans: [], below: [] };

export class KeysReader {
  readonly region: Region;
  /** The publish that the readings are of, as the cell of the latest publish shows it; what it never shows before the first one. */
  publish = STAMP_NEVER;
  readonly #names: readonly WantedName[];
  readonly #keys: readonly Uint8Array[];
  readonly #below: readonly (SlotsBelow | undefined)[];
  /** Those of the whole names alone. */
  readonly #sections: readonly SlotsBelow[];
  readonly #slots: SlotReadings;
  readonly #mirror: Mirror;
  #arena = 0;
  #places = nowhere;
  #stored: readonly StoredReading[] = [];
  #readings: readonly Reading[] | undefined;

  constructor(region: Region, names: readonly WantedName[], mirror: Mirror) {
    this.region = region;
    this.#names = names;
    this.#keys = names.map(({ key }) => encoder.encode(key));
    this.#below = names.map(({ key, isWhole }) => (isWhole ? new SlotsBelow(key) : undefined));
    this.#sections = this.#below.filter((below) => below !== undefined);
    this.#slots = new SlotReadings(region);
    this.#mirror = mirror;
  }

  /**
   * What each name holds, all of one publish; the same list as long as nothing in it changes. When no clean copy can be had, what
   * was read before; `undefined` when there is no such thing.
   */
  read(): readonly Reading[] | undefined {
    const { region } = this;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const first = currentPosition(region);
      if (first.ordinal === 0) return this.#beforeAll();
      if (first.ordinal === this.#arena && first.publish === this.publish) return this.#readings;
      // Finding may take long: what is found holds for the arena, and only the reading is of one publish.
      if (!this.#find(first)) continue;
      // Before the position: a key that is added later than this changes the cell later than this.
      const absentStamp = cellStamp(region, ABSENT_CELL);
      const position = currentPosition(region);
      if (this.#readAt(position, absentStamp)) return this.#readings;
    }
    return this.#fromMirror();
  }

  #find(position: ArenaPosition): boolean {
    for (const below of this.#sections) if (!below.find(this.region, position)) return false;
    return true;
  }

  #readAt(position: ArenaPosition, absentStamp: number): boolean {
    for (const below of this.#sections) if (!below.isComplete(this.region, position)) return false;
    const known = this.#places;
    const places = this.#holds(known, position, absentStamp) ? known : this.#placesAt(position, absentStamp);
    if (places === undefined) return false;
    const isSamePlace = places.slots === known.slots;
    const before = isSamePlace ? this.#stored : noneStored;
    const stored = this.#slots.at(position, places.slots, before);
    if (stored === undefined) return false;
    const last = isSamePlace ? this.#readings : undefined;
    if (last === undefined || stored !== before) this.#readings = this.#renewed(last, places, stored, before);
    this.#places = places;
    this.#stored = stored;
    this.#arena = position.ordinal;
    this.publish = position.publish;
    return true;
  }

  /** What each name holds, with the `last` readings of those in whose slots nothing has changed. */
  #renewed(
    last: readonly Reading[] | undefined,
    { spans }: Places,
    stored: readonly StoredReading[],
    before: readonly StoredReading[],
  ): readonly Reading[] {
    const readings: Reading[] = [];
    for (let i = 0; i < spans.length; i++) {
      const span = spans[i] as Span;
      const same = last !== undefined && isSame(stored, before, span) ? last[i] : undefined;
      readings.push(same ?? readingOf(this.#names[i] as WantedName, span, stored));
    }
    return readings;
  }

  #holds(known: Places, position: ArenaPosition, absentStamp: number): boolean {
    if (known.arena !== position.ordinal || known.absentStamp !== absentStamp) return false;
    for (let i = 0; i < this.#sections.length; i++) if (this.#sections[i]?.slots !== known.below[i]) return false;
    return true;
  }

  /** Where the names are; means something only after the closing check. `undefined` when that cannot be read now. */
  #placesAt(position: ArenaPosition, absentStamp: number): Places | undefined {
    const known = this.#places;
    const slots: number[] = [];
    const spans: Span[] = [];
    for (const [i, { key }] of this.#names.entries()) {
      const below = this.#below[i];
      const from = slots.length;
      if (below !== undefined) for (const slot of below.slots) slots.push(slot);
      else {
        const slot = findSlot(this.region, position.blockAt, this.#keys[i] as Uint8Array, hashKey(key));
        if (slot === UNREADABLE) return undefined;
        if (slot >= 0) slots.push(slot);
      }
      spans.push([from, slots.length - from]);
    }
    const isAsBefore =
      known.arena === position.ordinal &&
      slots.length === known.slots.length &&
      slots.every((slot, i) => slot === known.slots[i]);
    return {
      arena: position.ordinal,
      // A stamp of a publish under way is not kept: a name may be in that very publish.
      absentStamp: belongsTo(this.region, position, absentStamp) ? absentStamp : STAMP_NEVER,
      slots: isAsBefore ? known.slots : slots,
      spans,
      below: this.#sections.map((below) => below.slots),
    };
  }

  #beforeAll(): readonly Reading[] {
    this.#readings ??= this.#names.map(() => missing);
    return this.#readings;
  }

  /** Under a storm of publishes, by way of a copy of all settings, which takes in what changes bit by bit. */
  #fromMirror(): readonly Reading[] | undefined {
    count(this.region, "contendedReads");
    const state = this.#mirror.state();
    if (state === undefined || !this.#isNewer(state)) return this.#readings;
    const from = new StateReader(state);
    this.#readings = this.#names.map(({ key, isWhole }) => {
      const own = from.reading(key);
      return isWhole && !isValue(own) ? (from.section(key)?.reading ?? own) : own;
    });
    this.#places = nowhere;
    this.#stored = [];
    this.#arena = state.arena;
    this.publish = state.publish;
    return this.#readings;
  }

  #isNewer({ arena, publish }: MirrorState): boolean {
    return arena === this.#arena ? ((publish - this.publish) | 0) > 0 : arena > this.#arena;
  }
}

const missing = new Reading();

/** A null above other keys is no value: YAML's `proxy:`. */
function isValue({ state: { value } }: Reading): boolean {
  return value !== undefined && value !== null;
}

/** Whether two lists of readings hold the same in a part. */
function isSame(stored: readonly StoredReading[], before: readonly StoredReading[], [from, slots]: Span): boolean {
  for (let at = from; at < from + slots; at++) if (stored[at] !== before[at]) return false;
  return true;
}

function readingOf(name: WantedName, [from, slots]: Span, stored: readonly StoredReading[]): Reading {
  if (!name.isWhole) return slots === 0 ? missing : (stored[from] as StoredReading).decode();
  const all = stored.slice(from, from + slots);
  const own = all.find(({ key }) => key === name.key)?.decode() ?? missing;
  if (isValue(own)) return own;
  const below = sectionOf(
    name.key,
    all.filter((reading) => reading !== own),
  );
  return below?.reading ?? own;
}
