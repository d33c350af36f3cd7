/**
 * How long a worker's heartbeat has stood still, as one thread sees it by looking now and then.
 *
 * Only time that was looked at counts, and the newest interval never does: at the first look after a gap it is not known whether
 * the worker was suspended too. An interval much longer than the one before it counts in part, because whatever held up the looks
 * may have held up the worker.
 */
import { readCounter } from "../memory/facts.js";
import { header } from "../memory/layout.js";
import type { Region } from "../memory/region.js";

/** Looks that follow each other sooner, in ms, are one: a scrape looks several times. */
const sameLookMs = 1_000;

interface Seen {
  readonly beat: string;
  /** Time that the beat stood still, up to the look before the last one. */
  readonly stoodMs: number;
  /** What the last interval between two looks adds once another look confirms it. */
  readonly pendingMs: number;
  readonly lastLookMs: number;
  readonly intervalMs: number;
}

/** What this thread saw of each consumer. */
const seen = new WeakMap<Region, Seen>();

/** In ms, by a clock that never jumps. */
export function heartbeatAge(region: Region, heartbeat: number, nowMs: number): number {
  // A worker that has just started has not had time for a beat.
  const beat = `${region.load64(header.startedAtMs)} ${readCounter(region, "workerRestarts")} ${heartbeat}`;
  const next = look(seen.get(region), beat, nowMs);
  seen.set(region, next);
  return next.stoodMs;
}

function look(before: Seen | undefined, beat: string, nowMs: number): Seen {
  if (before === undefined) return { beat, stoodMs: 0, pendingMs: 0, lastLookMs: nowMs, intervalMs: sameLookMs };
  const intervalMs = nowMs - before.lastLookMs;
  if (before.beat !== beat) {
    return { beat, stoodMs: 0, pendingMs: 0, lastLookMs: nowMs, intervalMs: Math.max(sameLookMs, intervalMs) };
  }
  if (intervalMs < sameLookMs) return before;
  return {
    beat,
    stoodMs: before.stoodMs + before.pendingMs,
    pendingMs: Math.min(intervalMs, 2 * before.intervalMs + sameLookMs),
    lastLookMs: nowMs,
    intervalMs,
  };
}
