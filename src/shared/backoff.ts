/**
 * When to try again: exponential back-off with full jitter, as an immutable value. The engine owns the timer.
 *
 * The delay before retry n (from 0) is uniform in [floorMs, cap_n], with cap_n = min(maxMs, initialMs * factor^n). The
 * floor holds on every path, so a core agent that ends each stream cleanly cannot cause a hot loop either.
 */
import type { EngineParams } from "./params.js";

/** Parameters of a back-off; times in milliseconds. */
export type BackoffParams = EngineParams["backoff"];

/** One retry: how long to wait for it, and the back-off that applies after it. */
export interface BackoffStep {
  /** Milliseconds to wait, never below `floorMs`. */
  readonly delayMs: number;
  readonly next: Backoff;
}

/** An immutable back-off. Make one with {@link createBackoff}. */
export interface Backoff {
  /** Retries handed out since the last reset. */
  readonly attempt: number;
  /** The next retry. `random` is uniform in [0, 1); values outside are clamped. */
  next(random: number): BackoffStep;
  /** The back-off after a stream that was live for `liveMs`: reset from `resetAfterMs` on, otherwise unchanged. */
  afterLive(liveMs: number): Backoff;
}

/** A back-off that has not handed out a retry yet. */
export function createBackoff(params: BackoffParams): Backoff {
  return backoffAt(params, 0);
}

function backoffAt(params: BackoffParams, attempt: number): Backoff {
  return {
    attempt,
    next: (random) => ({ delayMs: delayOf(params, attempt, random), next: backoffAt(params, attempt + 1) }),
    afterLive: (liveMs) => backoffAt(params, liveMs >= params.resetAfterMs ? 0 : attempt),
  };
}

function delayOf(params: BackoffParams, attempt: number, random: number): number {
  const { floorMs, initialMs, maxMs, factor } = params;
  // factor ** attempt may become Infinity after long outages; the minimum brings it back.
  const cap = Math.max(floorMs, Math.min(maxMs, initialMs * factor ** attempt));
  const share = Math.min(1, Math.max(0, random));
  return floorMs + share * (cap - floorMs);
}
