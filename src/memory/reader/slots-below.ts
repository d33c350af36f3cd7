/** The slots of a name and of all keys below it. Keys are only added, so each key is looked at once an arena. */
import { type ArenaPosition, slotCount } from "../arena-reader.js";
import { slotAt } from "../directory.js";
import { keyInfo, SLOT_WORDS, slot as slotWords } from "../layout.js";
import type { Region } from "../region.js";

const encoder = new TextEncoder();

export class SlotsBelow {
  /** Arena of `slots`, and how many of its slots have been looked at. */
  arena = 0;
  seen = 0;
  /** Another list whenever there are others. */
  slots: readonly number[] = [];
  /** The name and its dot, as keys below it begin. */
  readonly #start: Uint8Array;

  /** @param name In lower case. */
  constructor(name: string) {
    this.#start = encoder.encode(`${name}.`);
  }

  /**
   * Looks at keys that were added; false when the memory makes no sense, because the arena has ended.
   *
   * What is found may be of bytes that another arena uses by now. It is never relied on: the slots are read at
   * a position of the same arena, and that reading closes with `stillHolds`, whose read-modify-write comes after these reads. If it
   * precedes the arena's retirement, so do they; if not, it fails. And in another arena all is found again.
   */
  find(region: Region, position: ArenaPosition): boolean {
    const isSameArena = this.arena === position.ordinal;
    const slots = slotCount(region, position);
    if (isSameArena && slots === this.seen) return true;
    const added = this.#among(region, position, isSameArena ? this.seen : 0, slots);
    if (added === undefined) return false;
    if (!isSameArena) this.slots = added;
    else if (added.length > 0) this.slots = [...this.slots, ...added];
    this.arena = position.ordinal;
    this.seen = slots;
    return true;
  }

  /** Whether no key had been added at `position` that was not looked at. */
  isComplete(region: Region, position: ArenaPosition): boolean {
    // After the position: these are all keys that its publish, or an earlier one, has added.
    return this.arena === position.ordinal && slotCount(region, position) === this.seen;
  }

  /** Slots from `from` to `to` whose keys begin so, or are the name itself; `undefined` when the memory makes no sense. */
  #among(region: Region, position: ArenaPosition, from: number, to: number): number[] | undefined {
    const start = this.#start;
    const found: number[] = [];
    for (let index = from; index < to; index++) {
      const at = slotAt(region, position.blockAt, index);
      if (!region.covers(at * 4, SLOT_WORDS * 4)) return undefined;
      const length = keyInfo.length(region.plain(at + slotWords.keyInfo));
      if (length < start.length - 1) continue;
      const keyAt = region.plain(at + slotWords.keyAt);
      if (!region.covers(keyAt, length)) return undefined;
      if (beginsWith(region.bytes, keyAt, start, Math.min(length, start.length))) found.push(index);
    }
    return found;
  }
}

function beginsWith(bytes: Uint8Array, at: number, start: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== start[i]) return false;
  return true;
}
