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

/** Where the names are in one arena. Never changed, only replaced. */
interface Places {
  readonly arena: number;
  /** What the cell of absent keys held; `STAMP_NEVER` when that must be looked at again. */
  readonly absentStamp: number;
  readonly slots: readonly number[];
  /** Of each name where its slots begin among `slots`, and how many there are. */
  readonly spans: readonly (readonly [from: number, count: number])[];
  /** The slot lists of the whole names that these are made of. */
  readonly below: readonly (readonly number[] | undefined)[];
}

const nowhere: Places = { arena: 0, absentStamp: STAMP_NEVER, slots: [], spans: [], below: [] };

export class KeysReader {
  readonly region: Region;
  /** The publish that the readings are of, as the cell of the latest publish shows it; what it never shows before the first one. */
  publish = STAMP_NEVER;
  readonly #names: readonly WantedName[];
  readonly #keys: readonly Uint8Array[];
  readonly #below: readonly (SlotsBelow | undefined)[];
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
      if (!this.#below.every((below) => below === undefined || below.find(region, first))) continue;
      // Before the position: a key that is added later than this changes the cell later than this.
      const absentStamp = cellStamp(region, ABSENT_CELL);
      const position = currentPosition(region);
      if (this.#readAt(position, absentStamp)) return this.#readings;
    }
    return this.#fromMirror();
  }

  #readAt(position: ArenaPosition, absentStamp: number): boolean {
    if (!this.#below.every((below) => below === undefined || below.isComplete(this.region, position))) return false;
    const places = this.#placesAt(position, absentStamp);
    if (places === undefined) return false;
    const before = places.slots === this.#places.slots ? this.#stored : [];
    const stored = this.#slots.at(position, places.slots, before);
    if (stored === undefined) return false;
    const isSame =
      this.#readings !== undefined &&
      places.slots === this.#places.slots &&
      this.#arena === position.ordinal &&
      stored.every((reading, i) => reading === before[i]);
    if (!isSame)
      this.#readings = this.#names.map((name, i) => readingOf(name, places.spans[i] as [number, number], stored));
    this.#places = places;
    this.#stored = stored;
    this.#arena = position.ordinal;
    this.publish = position.publish;
    return true;
  }

  /** Where the names are; means something only after the closing check. `undefined` when that cannot be read now. */
  #placesAt(position: ArenaPosition, absentStamp: number): Places | undefined {
    const known = this.#places;
    const isSame =
      known.arena === position.ordinal &&
      known.absentStamp === absentStamp &&
      this.#below.every((below, i) => below?.slots === known.below[i]);
    if (isSame) return known;
    const slots: number[] = [];
    const spans: [number, number][] = [];
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
      below: this.#below.map((below) => below?.slots),
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

function readingOf(
  name: WantedName,
  [from, slots]: readonly [number, number],
  stored: readonly StoredReading[],
): Reading {
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
