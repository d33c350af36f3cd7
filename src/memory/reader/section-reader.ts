/**
 * Reads names out of the region: all settings below a name, and the setting of the name itself, at one publish.
 *
 * Which slots these are is found once an arena. After that a read looks at the slots of the section alone, and while nothing is
 * published at all it looks at none.
 */
import { type ArenaPosition, currentPosition } from "../arena-reader.js";
import { count } from "../facts.js";
import type { Region } from "../region.js";
import { type Section, sectionOf } from "./section.js";
import { SlotReadings } from "./slot-readings.js";
import { SlotsBelow } from "./slots-below.js";
import type { StoredReading } from "./stored-reading.js";

/** Tries of one read; each fails only when two publishes begin while it lasts. */
const MAX_TRIES = 8;
/** Names that are remembered; a caller that makes them up must not fill the memory. */
const MAX_NAMES = 1_000;

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
  readonly below: SlotsBelow;
  /** What each of the slots held at `publish` of `arena`. */
  readings: readonly StoredReading[] = [];
  arena = 0;
  publish = 0;
  own: StoredReading | undefined = undefined;
  section: Section | undefined = undefined;

  constructor(name: string) {
    this.name = name;
    this.below = new SlotsBelow(name);
  }
}

export class SectionReader {
  readonly #region: Region;
  readonly #slots: SlotReadings;
  readonly #known = new Map<string, Known>();

  constructor(region: Region) {
    this.#region = region;
    this.#slots = new SlotReadings(region);
  }

  /** What a lower-case name stands for; `undefined` when no clean copy could be had now, and there is no earlier one. */
  read(name: string): Named | undefined {
    const known = this.#known.get(name) ?? this.#newName(name);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const position = currentPosition(this.#region);
      if (position.ordinal === 0) return nothing;
      if (position.ordinal === known.arena && position.publish === known.publish) return known;
      // Finding may take long: what is found holds for the arena, and only the reading is of one publish.
      if (known.below.find(this.#region, position) && this.#refresh(known, currentPosition(this.#region))) return known;
    }
    count(this.#region, "contendedReads");
    return known.arena === 0 ? undefined : known;
  }

  /** Brings a name to `position`; false, and nothing is taken over, when that cannot be relied on. */
  #refresh(known: Known, position: ArenaPosition): boolean {
    if (!known.below.isComplete(this.#region, position)) return false;
    // In another arena, what was read before is of other slots: when it has none of them, nothing else would show that.
    const isSameArena = position.ordinal === known.arena;
    const before = isSameArena ? known.readings : [];
    const readings = this.#slots.at(position, known.below.slots, before);
    if (readings === undefined) return false;
    const isChanged = !isSameArena || readings !== before;
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

  #newName(name: string): Known {
    if (this.#known.size >= MAX_NAMES) this.#known.clear();
    const known = new Known(name);
    this.#known.set(name, known);
    return known;
  }
}
