/**
 * Which keys are held, in the region: so that every thread can ask at any time, also while the worker is stuck, and a worker that
 * comes after this one knows since when. Never holds a value.
 */
import type { HeldSetting } from "../shared/held-setting.js";
import { decode, encode } from "./codec.js";
import { ringDoorbell } from "./facts.js";
import { confirmLatch, latchBytes, readLatch, writeLatch } from "./latch.js";
import { HELD_COPY_WORDS, header, PAGE_BYTES } from "./layout.js";
import type { Region } from "./region.js";

/** Most keys in the list. */
export const MAX_HELD_LISTED = 100;

const none: readonly HeldSetting[] = Object.freeze([]);

/**
 * Worker: replaces the list, of which as much is kept as there is room for, and wakes whatever waits for a state. Throws
 * `limit_exceeded` when the region cannot grow by a page; then only the count is right.
 */
export function writeHeld(region: Region, held: readonly HeldSetting[]): void {
  region.store(header.heldKeys, held.length);
  if (region.load(header.heldAt) === 0) {
    if (held.length === 0) return;
    // A worker that was given up in here may have come first; then its page is taken.
    region.compareExchange(header.heldAt, 0, (region.grow(1) * PAGE_BYTES) / 4);
  }
  // The page may be another worker's, and new to this thread.
  region.refresh();
  writeLatch(region, region.load(header.heldAt), fitting(held), HELD_COPY_WORDS);
  ringDoorbell(region);
}

/** Worker: see {@link confirmLatch}. `held` is what this worker wrote last. */
export function confirmHeld(region: Region, held: readonly HeldSetting[]): void {
  if (region.load(header.heldKeys) !== held.length) region.store(header.heldKeys, held.length);
  const at = region.load(header.heldAt);
  region.refresh();
  if (at !== 0) confirmLatch(region, at, fitting(held), HELD_COPY_WORDS);
}

/** Keys that are held now, at most {@link MAX_HELD_LISTED} of them. Any thread; never waits. */
export function readHeld(region: Region): readonly HeldSetting[] {
  const at = region.load(header.heldAt);
  if (at === 0 || !region.covers(at * 4, PAGE_BYTES)) return none;
  const bytes = readLatch(region, at, HELD_COPY_WORDS);
  return bytes === undefined ? none : (decode(bytes) as readonly HeldSetting[]);
}

/** How many keys are held now. Any thread. */
export function countHeld(region: Region): number {
  return region.load(header.heldKeys);
}

function fitting(held: readonly HeldSetting[]): Uint8Array {
  for (let count = Math.min(held.length, MAX_HELD_LISTED); ; count = Math.floor(count / 2)) {
    const bytes = encode(held.slice(0, count));
    if (bytes.length <= latchBytes(HELD_COPY_WORDS)) return bytes;
  }
}
