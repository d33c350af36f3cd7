/**
 * A value that is always replaced whole: the engine's status, and the list of held keys. The same protocol as a slot's
 * (seqlock.ts), with the two copies in place instead of behind descriptors.
 */
import { checksum } from "./checksum.js";
import { LATCH_COPY_WORDS } from "./layout.js";
import type { Region } from "./region.js";

const BEGUN = 0;
const DONE = 1;
const COPIES = 2;

/** Most bytes of a latch whose copies have so many words. */
export function latchBytes(copyWords: number): number {
  return (copyWords - 2) * 4;
}

/** Writer: replaces the value; at most {@link latchBytes}. One writer at a time. */
export function writeLatch(region: Region, at: number, bytes: Uint8Array, copyWords = LATCH_COPY_WORDS): void {
  const most = latchBytes(copyWords);
  if (bytes.length > most) throw new RangeError(`A latch holds ${most} bytes, not ${bytes.length}.`);
  // From `done`, not from `begun`: what a dead writer left half-made is made again under the same number.
  const next = (region.load(at + DONE) + 1) | 0;
  // A read-modify-write that reads the readers' closing ones: W1 in seqlock.ts.
  region.exchange(at + BEGUN, next);
  const copy = at + COPIES + (next & 1) * copyWords;
  region.setPlain(copy, bytes.length);
  region.setPlain(copy + 1, checksum(bytes, bytes.length, next));
  region.copyIn((copy + 2) * 4, bytes);
  region.store(at + DONE, next);
}

/**
 * Writer: writes the value that it wrote last again, if something else stands there. A writer that was given up in the middle of a write may have
 * ended it after that.
 */
export function confirmLatch(region: Region, at: number, bytes: Uint8Array, copyWords = LATCH_COPY_WORDS): void {
  const found = readLatch(region, at, copyWords);
  if (found === undefined || Buffer.compare(found, bytes) !== 0) writeLatch(region, at, bytes, copyWords);
}

/** Reader: a private copy of the newest value; `undefined` when there is none yet, or none can be had now. */
export function readLatch(region: Region, at: number, copyWords = LATCH_COPY_WORDS): Uint8Array | undefined {
  for (let tries = 0; tries < 8; tries++) {
    const newest = region.load(at + DONE);
    if (newest === 0) return undefined;
    const copy = at + COPIES + (newest & 1) * copyWords;
    const length = region.plain(copy);
    if (length < 0 || length > latchBytes(copyWords)) continue;
    const sum = region.plain(copy + 1);
    const bytes = new Uint8Array(length);
    region.copyOut(bytes, (copy + 2) * 4, length);
    // A read-modify-write that the writer's next opening one must read: R3 in seqlock.ts.
    const started = region.add(at + BEGUN, 0);
    if (started !== newest && started !== ((newest + 1) | 0)) continue;
    if (checksum(bytes, length, newest) === sum) return bytes;
  }
  return undefined;
}
