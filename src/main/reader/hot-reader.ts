/**
 * The getters of hot loops. They keep what they have converted in one map a type, and one word of shared memory, which every
 * publish changes, tells whether all of it still holds: a read is that word and one look into a map.
 *
 * When the word has changed, the reader catches up: the arena's ring of changed slots names what to forget, and all else
 * stays. So a publish costs this thread a hundred nanoseconds or so, and the reads of the keys that it changed.
 *
 * **Why what the maps hold is never too old.** Say the maps are settled at publish P: P was complete when this thread last
 * caught up. Then each value in them is what its key held at P or later. Catching up from P to Q keeps that, since it
 * drops every slot that a publish after P, up to Q, has changed. Adding a value keeps it too: a value is added only when its
 * key's own cell says that it is the newest, and this thread has seen that P is complete, so every cell that P or an earlier
 * publish marked shows it (seqlock.ts, G2). And once this thread has seen a publish after P, by whatever way, it sees the
 * word changed, since every publish changes it before it is complete; a hand-over does before it sends readers over.
 */
import { changedSlots, currentPosition, logHead, stillHolds } from "../../memory/arena-reader.js";
import { cellAt } from "../../memory/cells.js";
import { ABSENT_CELL, LATEST_CELL, STAMP_NEVER } from "../../memory/layout.js";
import type { Entry } from "../../memory/reader/entry.js";
import type { Region } from "../../memory/region.js";
import { boolOf, durationOf, floatOf, intOf, stringOf } from "./conversions.js";
import { RegionReader } from "./region-reader.js";

/** By key, in every spelling that was used: the converted value, `null` when there is none, `undefined` when it was dropped. */
type Known<T> = Map<string, T | null | undefined>;

/** Tries of catching up; each fails only when two publishes begin while some hundred nanoseconds pass. */
const MAX_TRIES = 4;

// The hot fields are ordinary ones, set in the constructor: engines read them faster than `#` fields.
export class HotReader extends RegionReader {
  /** The word that every publish changes. */
  private latest: Int32Array;
  /** What that word holds when the maps are as new as can be: the publish that they are settled at. */
  private settledAt: number;
  private readonly texts: Known<string>;
  private readonly bools: Known<boolean>;
  private readonly ints: Known<number>;
  private readonly floats: Known<number>;
  private readonly durationsMs: Known<number>;
  /** Arena of `settledAt`, and how much of its ring of changed slots has been taken in. */
  #arena = 0;
  #logSeen = 0;
  /** Keys in the maps, by slot. */
  #keysOfSlot: (string | string[] | undefined)[] = [];
  /** Keys in the maps that had no slot, and what the cell of absent keys held when this thread last caught up. */
  readonly #absent = new Set<string>();
  #absentStamp = 0;

  constructor(region: Region) {
    super(region);
    this.latest = latestOf(region);
    this.settledAt = STAMP_NEVER;
    this.texts = new Map();
    this.bools = new Map();
    this.ints = new Map();
    this.floats = new Map();
    this.durationsMs = new Map();
  }

  override getString(key: string, defaultValue = ""): string {
    if (this.latest[0] === this.settledAt) {
      const known = this.texts.get(key);
      if (typeof known === "string") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.texts, stringOf) ?? defaultValue;
  }

  override getBool(key: string, defaultValue = false): boolean {
    if (this.latest[0] === this.settledAt) {
      const known = this.bools.get(key);
      if (typeof known === "boolean") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.bools, boolOf) ?? defaultValue;
  }

  override getInt(key: string, defaultValue = 0): number {
    if (this.latest[0] === this.settledAt) {
      const known = this.ints.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.ints, intOf) ?? defaultValue;
  }

  override getFloat64(key: string, defaultValue = 0): number {
    if (this.latest[0] === this.settledAt) {
      const known = this.floats.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.floats, floatOf) ?? defaultValue;
  }

  override getDuration(key: string, defaultValueMs = 0): number {
    if (this.latest[0] === this.settledAt) {
      const known = this.durationsMs.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValueMs;
    }
    return this.#look(key, this.durationsMs, durationOf) ?? defaultValueMs;
  }

  protected override forget(): void {
    super.forget();
    this.#drop();
  }

  /**
   * The converted value, by the map or by the key's entry, after the maps have been brought to the newest complete publish.
   *
   * All of it is one function, on purpose: engines take short ones into the loops of the getters' callers, where what is never
   * run would still cost registers. This one is too long for that.
   */
  #look<T>(key: string, map: Known<T>, conversion: (entry: Entry) => T | undefined): T | undefined {
    const { region } = this;
    let settled = false;
    for (let tries = 0; tries < MAX_TRIES && !settled; tries++) {
      const position = currentPosition(region);
      const { ordinal, publish } = position;
      if (ordinal === 0) break;
      settled = ordinal === this.#arena && publish === this.settledAt;
      if (settled) break;
      // After the position, so that it tells of every key that had been added by then.
      const absentStamp = region.load(cellAt(region, ABSENT_CELL));
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
    const entry = this.entry(key);
    const converted = conversion(entry);
    // Not current: the read gave up, or the key is in a publish under way.
    if (!settled || !this.isCurrent(entry)) return converted;
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
    for (const map of [this.texts, this.bools, this.ints, this.floats, this.durationsMs]) map.clear();
    this.#keysOfSlot = [];
    this.#absent.clear();
  }

  #dropChanged(slots: readonly number[], absentStamp: number): void {
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

  /** Leaves the key in its place: a map from which much is deleted is laid out anew now and then, which takes long. */
  #dropKey(key: string): void {
    for (const map of [this.texts, this.bools, this.ints, this.floats, this.durationsMs] as Known<unknown>[]) {
      if (map.has(key)) map.set(key, undefined);
    }
  }
}

function latestOf(region: Region): Int32Array {
  const at = cellAt(region, LATEST_CELL);
  return region.words.subarray(at, at + 1);
}
