/**
 * The header's plain facts: counters, times, flags, and the engine's status. Which thread writes which word is documented in
 * layout.ts.
 */

import type { EngineStatus } from "../shared/types.js";
import { decode, encode } from "./codec.js";
import { type CounterName, counterNames } from "./counters.js";
import { confirmLatch, readLatch, writeLatch } from "./latch.js";
import { ARENA_BLOCKS, block, blockOf, header, LATCH_MAX_BYTES } from "./layout.js";
import type { Region } from "./region.js";

const counterWord = Object.fromEntries(counterNames.map((name, index) => [name, header.counters + index])) as Record<
  CounterName,
  number
>;

/** Adds to a counter. Any thread. Counters wrap at 2³². */
export function count(region: Region, name: CounterName, by = 1): void {
  region.add(counterWord[name], by);
}

/** Reads a counter. Any thread. */
export function readCounter(region: Region, name: CounterName): number {
  return region.load(counterWord[name]) >>> 0;
}

/** Longest error text that is kept in the status. */
const MAX_MESSAGE = 900;

/** Worker: replaces the engine's status and wakes the threads that wait for a state. Gives what {@link confirmStatus} takes. */
export function writeStatus(region: Region, status: EngineStatus): Uint8Array {
  const { lastError } = status;
  const shortened =
    lastError && lastError.message.length > MAX_MESSAGE
      ? { ...status, lastError: { ...lastError, message: `${lastError.message.slice(0, MAX_MESSAGE)}…` } }
      : status;
  let bytes = encode(shortened);
  if (bytes.length > LATCH_MAX_BYTES) {
    // Text in a script of three bytes a character.
    bytes = encode({ ...status, lastError: lastError && { ...lastError, message: lastError.message.slice(0, 250) } });
  }
  writeLatch(region, header.statusLatch, bytes);
  ringDoorbell(region);
  return bytes;
}

/** Worker: see {@link confirmLatch}. */
export function confirmStatus(region: Region, written: Uint8Array): void {
  confirmLatch(region, header.statusLatch, written);
}

/** The engine's status; `undefined` before the worker wrote one. Any thread. */
export function readStatus(region: Region): EngineStatus | undefined {
  const bytes = readLatch(region, header.statusLatch);
  return bytes === undefined ? undefined : (decode(bytes) as EngineStatus);
}

/** Wakes the threads that wait for a state. They look at the status again; the ring itself carries nothing. */
export function ringDoorbell(region: Region): void {
  region.add(header.doorbell, 1);
  region.notify(header.doorbell);
}

/** Worker: the first snapshot of this worker has been published. `atMs` is kept only the first time. */
export function markReady(region: Region, atMs: number): void {
  if (region.load64(header.firstSnapshotAtMs) === 0) region.store64(header.firstSnapshotAtMs, atMs);
  if (region.exchange(header.ready, 1) === 0) ringDoorbell(region);
}

/** Worker: nothing fresh is to be had for now, so settings that an earlier process left behind count as ready. */
export function markReadyFromCache(region: Region): void {
  if (region.exchange(header.ready, 1) === 0) ringDoorbell(region);
}

/** Whether a first snapshot of this process was ever published. */
export function isFresh(region: Region): boolean {
  return region.load64(header.firstSnapshotAtMs) !== 0;
}

/** Whether settings can be read that a first snapshot brought, or a cache file in its place. */
export function isReady(region: Region): boolean {
  return region.load(header.ready) === 1;
}

/** Host: no further state will come. */
export function markStopped(region: Region): void {
  region.store(header.stopped, 1);
  ringDoorbell(region);
}

/** Host: whatever has written until now must write no more. A thread that was given up finds out when it goes on. */
export function supersedeWriters(region: Region): void {
  region.add(header.writers, 1);
}

/** Host: how many writers there were so far, for the engine that it starts next. */
export function countWriters(region: Region): number {
  return region.load(header.writers);
}

/** Whether the consumer was stopped. */
export function isStopped(region: Region): boolean {
  return region.load(header.stopped) === 1;
}

/**
 * Host, after the thread that wrote the present arena has ended ('exit' was seen): its pages, and those of all arenas
 * before it, may be used again once they are not the present ones. To be called only when no writer is left.
 */
export function markWritersGone(region: Region): void {
  for (let ordinal = 0; ordinal < ARENA_BLOCKS; ordinal++) {
    const blockAt = blockOf(ordinal);
    region.store(blockAt + block.writerGone, region.load(blockAt + block.ordinal));
  }
}
