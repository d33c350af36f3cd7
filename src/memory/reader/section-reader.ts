/**
 * Reads names out of the region: all settings below a name, and the setting of the name itself, at one publish.
 *
 * Which slots these are is found by looking at the bytes of each key once an arena: keys are only added. After
 * that a read looks at the slots of the section alone, and while nothing is published at all it looks at none.
 */
import {
  type ArenaPosition,
  arenaHolds,
  currentPosition,
  keyOfSlot,
  RecordCopy,
  slotCount,
  sourceName,
  stillHolds,
} from "../arena-reader.js";
import { slotAt } from "../directory.js";
import { count } from "../facts.js";
import { descriptor, keyInfo, SLOT_WORDS, slot as slotWords } from "../layout.js";
import type { Region } from "../region.js";
import { visibleDescriptor } from "../seqlock.js";
import { type Section, sectionOf } from "./section.js";
import { StoredReading } from "./stored-reading.js";

/** Tries of one read; each fails only when two publishes begin while it lasts. */
const MAX_TRIES = 8;
/** Names that are remembered; a caller that makes them up must not fill the memory. */
const MAX_NAMES = 1_000;

const encoder = new TextEncoder();

/** What a name stands for at one publish. */
export interface Named {
  /** The setting of the name itself. */
  readonly own: StoredReading | undefined;
  /** The settings below it; the same object as long as nothing in it changes. */
  readonly section: Section | undefined;
  /** Arena and publish that it was read at, where that is known; 0 before the first one. */
  readonly arena?: number;
  readonly publish?: number;
}

const nothing: Named = Object.freeze({ own: undefined, section: undefined, arena: 0, publish: 0 });

/** A name and what was found of it. */
class Known implements Named {
  readonly name: string;
  /** The name and its dot, as keys below it begin. */
  readonly start: Uint8Array;
  /** Arena of `slots`, and how many of its slots have been looked at. */
  foundIn = 0;
  seen = 0;
  slots: readonly number[] = [];
  /** What each of `slots` held at `publish` of `arena`; none when the slots are those of another one. */
  readings: readonly StoredReading[] = [];
  arena = 0;
  publish = 0;
  own: StoredReading | undefined = undefined;
  section: Section | undefined = undefined;

  constructor(name: string) {
    this.name = name;
    this.start = encoder.encode(`${name}.`);
  }
}

export class SectionReader {
  readonly #region: Region;
  readonly #copy = new RecordCopy();
  readonly #known = new Map<string, Known>();

  constructor(region: Region) {
    this.#region = region;
  }

  /** What a lower-case name stands for; `undefined` when no clean copy could be had now, and there is no earlier one. */
  read(name: string): Named | undefined {
    const known = this.#known.get(name) ?? this.#newName(name);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const position = currentPosition(this.#region);
      if (position.ordinal === 0) return nothing;
      if (position.ordinal === known.arena && position.publish === known.publish) return known;
      // Finding may take long: what is found holds for the arena, and only the reading is of one publish.
      if (this.#find(known, position) && this.#refresh(known, currentPosition(this.#region))) return known;
    }
    count(this.#region, "contendedReads");
    return known.arena === 0 ? undefined : known;
  }

  /** Looks at keys that were added; false, and nothing is taken over, when the arena has ended meanwhile. */
  #find(known: Known, position: ArenaPosition): boolean {
    const region = this.#region;
    const isSameArena = known.foundIn === position.ordinal;
    const slots = slotCount(region, position);
    if (isSameArena && slots === known.seen) return true;
    const added = this.#slotsOf(known.start, position, isSameArena ? known.seen : 0, slots);
    if (added === undefined || !arenaHolds(region, position)) return false;
    if (!isSameArena) {
      known.foundIn = position.ordinal;
      known.slots = added;
      known.readings = [];
    } else if (added.length > 0) {
      known.slots = [...known.slots, ...added];
    }
    known.seen = slots;
    return true;
  }

  /** Brings a name to `position`; false, and nothing is taken over, when that cannot be relied on. */
  #refresh(known: Known, position: ArenaPosition): boolean {
    const region = this.#region;
    const { slots, readings: before } = known;
    if (position.ordinal !== known.foundIn) return false;
    // After the position: these are all keys that its publish, or an earlier one, has added.
    if (slotCount(region, position) !== known.seen) return false;
    const readings: StoredReading[] = [];
    for (const [index, slot] of slots.entries()) {
      const reading = this.#reading(position, slot, before[index]);
      if (reading === undefined) return false;
      readings.push(reading);
    }
    if (!stillHolds(region, position) || !this.#allMatch(slots, readings, before)) return false;
    // In another arena, what was read before is of other slots: when it has none of them, nothing else would show that.
    const isChanged =
      position.ordinal !== known.arena ||
      readings.length !== before.length ||
      readings.some((reading, index) => reading !== before[index]);
    known.arena = position.ordinal;
    known.publish = position.publish;
    known.readings = readings;
    if (isChanged) this.#sort(known, readings);
    return true;
  }

  #sort(known: Known, readings: readonly StoredReading[]): void {
    const own = readings.find(({ key }) => key === known.name);
    const before = known.section;
    const section = sectionOf(
      known.name,
      readings.filter((reading) => reading !== own),
    );
    known.own = own?.exists ? own : undefined;
    known.section = before !== undefined && section?.equals(before) ? before : section;
  }

  /** Slots from `from` to `to` whose keys begin so, or are the name itself; `undefined` when the memory makes no sense. */
  #slotsOf(start: Uint8Array, position: ArenaPosition, from: number, to: number): number[] | undefined {
    const region = this.#region;
    const found: number[] = [];
    for (let index = from; index < to; index++) {
      const at = slotAt(region, position.blockAt, index);
      if (!region.covers(at * 4, SLOT_WORDS * 4)) return undefined;
      const length = keyInfo.length(region.plain(at + slotWords.keyInfo));
      if (length < start.length - 1 || length === start.length) continue;
      const keyAt = region.plain(at + slotWords.keyAt);
      if (!region.covers(keyAt, length)) return undefined;
      if (beginsWith(region.bytes, keyAt, start, Math.min(length, start.length))) found.push(index);
    }
    return found;
  }

  /** What a slot holds at `position`: `before` when that is still so. */
  #reading(position: ArenaPosition, slot: number, before: StoredReading | undefined): StoredReading | undefined {
    const region = this.#region;
    if (before !== undefined) {
      const at = slotAt(region, position.blockAt, slot);
      if (!region.covers(at * 4, SLOT_WORDS * 4)) return undefined;
      const visible = visibleDescriptor(region, at, position.publish);
      if (before.publish === (visible < 0 ? 0 : region.plain(visible + descriptor.publish))) return before;
    }
    const copy = this.#copy;
    if (!copy.take(region, position, slot)) return undefined;
    const key = before?.key ?? keyOfSlot(region, position, slot);
    const source = sourceName(region, position, copy.source);
    return key === undefined || source === undefined ? undefined : new StoredReading(key, copy, source);
  }

  #allMatch(
    slots: readonly number[],
    readings: readonly StoredReading[],
    before: readonly (StoredReading | undefined)[],
  ): boolean {
    const isWrong = (reading: StoredReading, index: number) =>
      reading !== before[index] && !reading.matches(slots[index] as number);
    if (!readings.some(isWrong)) return true;
    count(this.#region, "checksumMismatches");
    return false;
  }

  #newName(name: string): Known {
    if (this.#known.size >= MAX_NAMES) this.#known.clear();
    const known = new Known(name);
    this.#known.set(name, known);
    return known;
  }
}

function beginsWith(bytes: Uint8Array, at: number, start: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== start[i]) return false;
  return true;
}
