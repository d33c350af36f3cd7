/**
 * What the getters of hot loops know. They keep what they have converted in one map a getter, and one word of shared memory,
 * which every publish changes, shows whether all of it still holds: a read is that word and one look into a map.
 *
 * When the word has changed, the reader catches up: the arena's ring of changed slots names what to forget, and all else
 * stays. So a publish costs this thread a hundred nanoseconds or so, and the reads of the keys that it changed.
 *
 * **Why what the maps hold is never too old.** Say the maps are settled at publish P: P was complete when this thread last caught
 * up. Then each value in them is what its key held at P or later. Catching up from P to Q keeps that, because it drops every slot
 * that a publish after P, up to Q, has changed. Adding a value keeps it too: a value is added only when its key's own cell says
 * that it is the newest, and this thread has seen that P is complete, so every cell that P or an earlier publish marked shows it
 * (seqlock.ts, G2). And once this thread has seen a publish after P, in whatever way, it sees the word changed, because every
 * publish changes it before it is complete; a hand-over does before it sends readers over.
 *
 * What a key without a value gives may depend on the keys below it. Such answers are kept apart, only when the section was
 * read at P itself, and every catching up drops all of them.
 */
import { changedSlots, currentPosition, logHead, stillHolds } from "../../memory/arena-reader.js";
import { cellAt, cellStamp } from "../../memory/cells.js";
import { ABSENT_CELL, LATEST_CELL, STAMP_NEVER } from "../../memory/layout.js";
import type { Reading } from "../../memory/reader/entry.js";
import { KeyReader } from "../../memory/reader/key-reader.js";
import type { Mirror } from "../../memory/reader/mirror.js";
import type { Section } from "../../memory/reader/section.js";
import type { Region } from "../../memory/region.js";
import { checkKey } from "./check-key.js";
import { hasValue } from "./conversions.js";
import type { Unreadable } from "./unreadable.js";

/** By key, in every spelling that was used: the converted value, `null` when there is none, `undefined` when it was dropped. */
export type Known<T> = Map<string, T | null | undefined>;

/** From what a key holds, or the section of its name, to what a getter gives. */
export type Conversion<T> = (reading: Reading, section: Section | undefined) => T | undefined;

/** Tries of catching up; each fails only when two publishes begin while some hundred nanoseconds pass. */
const maxTries = 4;
/** Answers about sections that are kept; a caller that makes names up must not fill the memory. */
const maxFleeting = 10_000;

/** What belongs to a map: its getter's name, and its answers about sections, once there are any. */
interface About {
  readonly getter: string;
  fleeting: Map<string, unknown> | undefined;
}

export class HotReader {
  readonly region: Region;
  readonly keys: KeyReader;
  /** The word that every publish changes. */
  latest: Int32Array;
  /** What that word holds when the maps are as new as can be: the publish that they are settled at. */
  settledAt = STAMP_NEVER;
  readonly #unreadable: Unreadable;
  readonly #maps = new Map<Known<unknown>, About>();
  /** Arena of `settledAt`, and how much of its ring of changed slots has been taken in. */
  #arena = 0;
  #logSeen = 0;
  /** Keys in the maps, by slot. */
  #keysOfSlot: (string | string[] | undefined)[] = [];
  /** Keys in the maps that had no slot, and what the cell of absent keys held when this thread last caught up. */
  readonly #absent = new Set<string>();
  #absentStamp = 0;
  #fleetingKept = 0;

  constructor(region: Region, mirror: Mirror, unreadable: Unreadable) {
    this.region = region;
    this.keys = new KeyReader(region, { mirror, forgotten: () => this.#drop() });
    this.latest = latestOf(region);
    this.#unreadable = unreadable;
  }

  /** A map that is kept in order, for the getter of this name. */
  known<T>(getter: string): Known<T> {
    const map: Known<T> = new Map();
    this.#maps.set(map as Known<unknown>, { getter, fleeting: undefined });
    return map;
  }

  /**
   * The converted value, by the map or by the key's entry, after the maps have been brought to the newest complete publish.
   *
   * All of it is one function, on purpose: engines take short ones into the loops of the getters' callers, where what is never
   * run would still cost registers. This one is too long for that.
   */
  look<T>(key: string, map: Known<T>, conversion: Conversion<T>, ofSections: boolean): T | undefined {
    const { region } = this;
    let settled = false;
    for (let tries = 0; tries < maxTries && !settled; tries++) {
      const position = currentPosition(region);
      const { ordinal, publish } = position;
      if (ordinal === 0) break;
      settled = ordinal === this.#arena && publish === this.settledAt;
      if (settled) break;
      // After the position, so that it covers every key that had been added by then.
      const absentStamp = cellStamp(region, ABSENT_CELL);
      const head = logHead(region, position);
      const changed = ordinal === this.#arena ? changedSlots(region, position, this.#logSeen, head) : undefined;
      if (!stillHolds(region, position)) continue;
      if (changed === undefined) this.#drop();
      else this.#dropChanged(changed, absentStamp);
      this.#arena = ordinal;
      this.#logSeen = head;
      this.#absentStamp = absentStamp;
      // What was read, not what the word holds now: should a publish be under way, the next read catches up again.
      this.settledAt = publish;
      // Only when it has moved: an engine reads a field that was written once as if it were a constant.
      if (this.latest.byteOffset !== cellAt(region, LATEST_CELL) * 4) this.latest = latestOf(region);
      settled = true;
    }
    // Not settled: that could not be read now, so the map must not be asked.
    const known = settled ? map.get(key) : undefined;
    if (known !== undefined) return known ?? undefined;
    const about = this.#maps.get(map as Known<unknown>) as About;
    if (settled && ofSections && about.fleeting?.has(key)) return about.fleeting.get(key) as T | undefined;
    checkKey(about.getter, key);
    const entry = this.keys.entry(key);
    if (ofSections && !hasValue(entry.state)) {
      const named = this.keys.named(entry.key);
      // The setting as of the same publish as the section: the one may have turned into the other meanwhile.
      const own = named?.own?.decode();
      const reading = own ?? entry;
      const converted = conversion(reading, own !== undefined && hasValue(own.state) ? undefined : named?.section);
      if (reading.unreadableAs !== undefined) this.#unreadable.note(entry.key, reading);
      if (settled && named !== undefined && named.arena === this.#arena && named.publish === this.settledAt) {
        if (this.#fleetingKept === maxFleeting) this.#dropFleeting();
        this.#fleetingKept++;
        about.fleeting ??= new Map();
        about.fleeting.set(key, converted);
      }
      return converted;
    }
    const converted = conversion(entry, undefined);
    if (entry.unreadableAs !== undefined) this.#unreadable.note(entry.key, entry);
    // Not current: the read gave up, or the key is in a publish under way.
    if (!settled || !this.keys.isCurrent(entry)) return converted;
    map.set(key, converted ?? null);
    const { slot } = entry.binding;
    if (slot < 0) {
      this.#absent.add(key);
      return converted;
    }
    const keys = this.#keysOfSlot[slot];
    if (keys === undefined) this.#keysOfSlot[slot] = key;
    else if (typeof keys !== "string") {
      if (!keys.includes(key)) keys.push(key);
    } else if (keys !== key) this.#keysOfSlot[slot] = [keys, key];
    return converted;
  }

  #drop(): void {
    // To clear an empty map costs as much as to make one, and most getters are never used.
    for (const map of this.#maps.keys()) if (map.size > 0) map.clear();
    this.#keysOfSlot = [];
    this.#absent.clear();
    this.#dropFleeting();
  }

  #dropFleeting(): void {
    if (this.#fleetingKept === 0) return;
    for (const { fleeting } of this.#maps.values()) fleeting?.clear();
    this.#fleetingKept = 0;
  }

  #dropChanged(slots: readonly number[], absentStamp: number): void {
    this.#dropFleeting();
    for (const slot of slots) {
      const keys = this.#keysOfSlot[slot];
      if (keys === undefined) continue;
      if (typeof keys === "string") this.#dropKey(keys);
      else for (const key of keys) this.#dropKey(key);
      this.#keysOfSlot[slot] = undefined;
    }
    if (absentStamp === this.#absentStamp) return;
    for (const key of this.#absent) this.#dropKey(key);
    this.#absent.clear();
  }

  /** Leaves the key in its place: a map from which much is deleted is rebuilt now and then, which takes long. */
  #dropKey(key: string): void {
    for (const map of this.#maps.keys()) if (map.has(key)) map.set(key, undefined);
  }
}

function latestOf(region: Region): Int32Array {
  const at = cellAt(region, LATEST_CELL);
  return region.words.subarray(at, at + 1);
}
