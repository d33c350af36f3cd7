/** Reads some slots as they are at one publish: all of them under one closing check. */
import { type ArenaPosition, keyOfSlot, RecordCopy, sourceName, stillHolds } from "../arena-reader.js";
import { slotAt } from "../directory.js";
import { count } from "../facts.js";
import { descriptor, SLOT_WORDS } from "../layout.js";
import type { Region } from "../region.js";
import { visibleDescriptor } from "../seqlock.js";
import { StoredReading } from "./stored-reading.js";

export class SlotReadings {
  readonly #region: Region;
  readonly #copy = new RecordCopy();

  constructor(region: Region) {
    this.#region = region;
  }

  /**
   * What the slots hold at `position`; `undefined` when that cannot be relied on. `before` are readings of the same slots in the
   * same arena, of which those that still hold are given again; the same list when all do, and no slot is new.
   */
  at(
    position: ArenaPosition,
    slots: readonly number[],
    before: readonly StoredReading[],
  ): readonly StoredReading[] | undefined {
    let changed = before.length === slots.length ? undefined : before.slice(0, slots.length);
    for (let index = 0; index < slots.length; index++) {
      const last = before[index];
      const reading = this.#reading(position, slots[index] as number, last);
      if (reading === undefined) return undefined;
      if (reading === last) continue;
      changed ??= before.slice();
      changed[index] = reading;
    }
    const readings = changed ?? before;
    return stillHolds(this.#region, position) && this.#allMatch(slots, readings, before) ? readings : undefined;
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
    const source = copy.source === before?.sourceId ? before.source : sourceName(region, position, copy.source);
    return key === undefined || source === undefined ? undefined : new StoredReading(key, copy, source);
  }

  #allMatch(
    slots: readonly number[],
    readings: readonly StoredReading[],
    before: readonly (StoredReading | undefined)[],
  ): boolean {
    if (readings === before) return true;
    for (let index = 0; index < readings.length; index++) {
      const reading = readings[index] as StoredReading;
      if (reading === before[index] || reading.matches(slots[index] as number)) continue;
      count(this.#region, "checksumMismatches");
      return false;
    }
    return true;
  }
}
