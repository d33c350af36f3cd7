/** Waiting for the first snapshot, by a promise or by blocking. The truth is in shared memory; waking up only means to look. */

import { isFresh, isReady, isStopped } from "../../memory/facts.js";
import { header } from "../../memory/layout.js";
import type { Region } from "../../memory/region.js";
import { ConsumerStoppedError, WaitTimeoutError } from "../../shared/errors.js";
import { booleanOption, checkNames, shapeOption, timeoutOption } from "../../shared/option-checks.js";
import { consumerStatus } from "../status/status.js";

/** Options of `waitReadySync`. */
export interface WaitSyncOptions {
  /** Time limit in ms; 0 only looks, `Infinity` waits for ever. Default: the consumer's `readyTimeoutMs` (60,000). */
  readonly timeoutMs?: number;
  /** Waits for a snapshot also when settings of the option `cache` could be read meanwhile. Default: false. */
  readonly fresh?: boolean;
}

/** Options of `waitReady`. */
export interface WaitOptions extends WaitSyncOptions {
  /** Gives up the wait, and rejects it with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Who waits, and for how long by default. */
export interface Waiter {
  readonly region: Region;
  readonly timeoutMs: number;
  /** `host:port`, for errors. */
  readonly address: string;
}

/** Longest time between two looks. The wake-up normally comes at once; this bounds the harm of one that does not. */
const SLICE_MS = 1_000;

/** Resolves once settings can be read. Rejects with a timeout, the signal's reason, or `ConsumerStoppedError`. */
export async function waitReady(waiter: Waiter, options: WaitOptions = {}): Promise<void> {
  checkNames(options, ["timeoutMs", "fresh", "signal"], "waitReady");
  const fresh = booleanOption("fresh", options.fresh, false);
  const timeoutMs = timeoutOption("timeoutMs", options.timeoutMs, waiter.timeoutMs);
  const signal = shapeOption("signal", options.signal, ["addEventListener", "throwIfAborted"]);
  const { region } = waiter;
  const giveUpAt = performance.now() + timeoutMs;
  // Holds the process: a promise of waitAsync does not, nor does the worker.
  const held = setInterval(() => {}, 2 ** 30);
  const { promise: aborted, release } = abortion(signal);
  try {
    for (;;) {
      // Before looking: whatever changes afterwards has rung since, and the wait below returns at once.
      const ring = region.load(header.doorbell);
      signal?.throwIfAborted();
      if (isReadyNow(region, fresh)) return;
      const leftMs = giveUpAt - performance.now();
      if (leftMs <= 0) throw timeoutError(waiter, timeoutMs);
      await Promise.race([region.waitAsync(header.doorbell, ring, Math.min(leftMs, SLICE_MS)), aborted]);
    }
  } finally {
    clearInterval(held);
    release();
  }
}

/** Returns once settings can be read; blocks this thread. Throws a timeout or `ConsumerStoppedError`. */
export function waitReadySync(waiter: Waiter, options: WaitSyncOptions = {}): void {
  checkNames(options, ["timeoutMs", "fresh"], "waitReadySync");
  const fresh = booleanOption("fresh", options.fresh, false);
  const timeoutMs = timeoutOption("timeoutMs", options.timeoutMs, waiter.timeoutMs);
  const { region } = waiter;
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const ring = region.load(header.doorbell);
    if (isReadyNow(region, fresh)) return;
    const leftMs = giveUpAt - performance.now();
    if (leftMs <= 0) throw timeoutError(waiter, timeoutMs);
    region.waitSync(header.doorbell, ring, Math.min(leftMs, SLICE_MS));
  }
}

function isReadyNow(region: Region, fresh: boolean): boolean {
  if (isStopped(region)) {
    throw new ConsumerStoppedError("The consumer was stopped. Settings that had arrived before stay readable.");
  }
  return fresh ? isFresh(region) : isReady(region);
}

/** The last sentence of a {@link WaitTimeoutError} of a consumer that was started. */
export const keepsTrying = " The consumer keeps trying.";

/** One sentence with the step and the last failure. */
function timeoutError({ region, address }: Waiter, timeoutMs: number): WaitTimeoutError {
  const { state, step, attempt, lastError, started } = consumerStatus(region, Date.now());
  if (!started) {
    return new WaitTimeoutError(`Not ready after ${timeoutMs} ms: start() has not been called.`);
  }
  const failures = attempt > 0 ? `, ${attempt} failed attempt${attempt > 1 ? "s" : ""}` : "";
  const failure = lastError === undefined ? "nothing has failed so far" : `last failure: ${lastError.message}`;
  return new WaitTimeoutError(
    `Not ready after ${timeoutMs} ms: waiting for ${whatIsAwaited[step]} (step "${step}", core agent ${address}, ` +
      `state ${state}${failures}); ${failure.replace(/\.$/, "")}.${keepsTrying}`,
    { cause: lastError?.message },
  );
}

const whatIsAwaited = {
  credentials: "the credential files",
  registration: "a session",
  connection: "the connection to the core agent",
  "first snapshot": "the first snapshot",
  done: "the first snapshot",
} as const;

function abortion(signal: AbortSignal | undefined): { promise: Promise<void>; release: () => void } {
  if (signal === undefined) return { promise: new Promise(() => {}), release: () => {} };
  let wake = (): void => {};
  const promise = new Promise<void>((resolve) => {
    wake = resolve;
  });
  signal.addEventListener("abort", wake, { once: true });
  return { promise, release: () => signal.removeEventListener("abort", wake) };
}
