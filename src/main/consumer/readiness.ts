/** Waiting for the first snapshot, by a promise or by blocking. The truth is in shared memory; waking up only means to look. */

import { isFresh, isReady, isStopped, readStatus } from "../../memory/facts.js";
import { header } from "../../memory/layout.js";
import type { Region } from "../../memory/region.js";
import { onAbort } from "../../shared/abort.js";
import { ConfigStreamError, ConsumerStoppedError, WaitTimeoutError } from "../../shared/errors.js";
import { booleanOption, checkNames, shapeOption, timeoutOption } from "../../shared/options/option-checks.js";
import { consumerStatus } from "../../status/status.js";
import { checkRequired } from "./required.js";

/** Options of `waitReadySync`. */
export interface WaitSyncOptions {
  /** Time limit in ms; 0 only looks, `Infinity` waits for ever. Default: the consumer's `readyTimeoutMs` (60,000). */
  readonly timeoutMs?: number | undefined;
  /** Waits for a snapshot also when settings of the option `cache` could be read meanwhile. Default: false. */
  readonly fresh?: boolean | undefined;
  /** False: settings of the option `required` need not be there. Default: true. */
  readonly required?: boolean | undefined;
}

/** Options of `waitReady`. */
export interface WaitOptions extends WaitSyncOptions {
  /** Gives up the wait, and rejects it with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Who waits, and for how long by default. */
export interface Waiter {
  readonly region: Region;
  readonly timeoutMs: number;
  /** `host:port`, for errors. */
  readonly address: string;
  /** Keys that must be there. Default: none. */
  readonly required?: readonly string[] | undefined;
}

/** Longest time between two looks. The wake-up normally comes at once; this bounds the harm of one that does not. */
const sliceMs = 1_000;
/** Longest delay of a timer. */
const maxDelayMs = 2 ** 31 - 1;

/** Resolves once settings can be read. Rejects with a timeout, the signal's reason, or `ConsumerStoppedError`. */
export async function waitReady(waiter: Waiter, options: WaitOptions = {}): Promise<void> {
  checkNames(options, ["timeoutMs", "fresh", "required", "signal"], "waitReady");
  const isRequired = booleanOption("required", options.required, true);
  const fresh = booleanOption("fresh", options.fresh, false);
  const timeoutMs = timeoutOption("timeoutMs", options.timeoutMs, waiter.timeoutMs);
  const signal = shapeOption("signal", options.signal, ["addEventListener", "throwIfAborted"]);
  signal?.throwIfAborted();
  if (!isReadyNow(waiter.region, fresh)) {
    if (timeoutMs <= 0) throw timeoutError(waiter, timeoutMs);
    await becomesReady(waiter, fresh, timeoutMs, signal);
  }
  if (isRequired) checkRequired(waiter);
}

/**
 * One promise however long it takes: a race against one that lasts would keep something of each look.
 * Time is a timer's, so that a test with timers of its own decides on it.
 */
function becomesReady(
  waiter: Waiter,
  fresh: boolean,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { region } = waiter;
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (settle: () => void): void => {
      over = true;
      clearTimeout(timer);
      release();
      settle();
    };
    /** Whether it is over. */
    const look = (): boolean => {
      if (over) return true;
      try {
        if (isReadyNow(region, fresh)) end(resolve);
      } catch (stopped) {
        end(() => reject(stopped));
      }
      return over;
    };
    const watch = (): void => {
      // Before looking: whatever changes afterwards rings, and the wait below returns at once.
      const ring = region.load(header.doorbell);
      if (!look()) void region.waitAsync(header.doorbell, ring, sliceMs).then(watch);
    };
    /** Holds the process as well, which a promise of waitAsync does not, nor does the worker. */
    const wait = (leftMs: number): ReturnType<typeof setTimeout> =>
      setTimeout(
        () => {
          if (look()) return;
          if (leftMs > maxDelayMs) timer = wait(leftMs - maxDelayMs);
          else end(() => reject(timeoutError(waiter, timeoutMs)));
        },
        Math.min(leftMs, maxDelayMs),
      );
    let timer = wait(timeoutMs);
    const release = onAbort(signal, () => {
      if (!over) end(() => reject(signal?.reason));
    });
    watch();
  });
}

/** Returns once settings can be read; blocks this thread. Throws a timeout or `ConsumerStoppedError`. */
export function waitReadySync(waiter: Waiter, options: WaitSyncOptions = {}): void {
  checkNames(options, ["timeoutMs", "fresh", "required"], "waitReadySync");
  const isRequired = booleanOption("required", options.required, true);
  const fresh = booleanOption("fresh", options.fresh, false);
  const timeoutMs = timeoutOption("timeoutMs", options.timeoutMs, waiter.timeoutMs);
  const { region } = waiter;
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const ring = region.load(header.doorbell);
    if (isReadyNow(region, fresh)) break;
    const leftMs = giveUpAt - performance.now();
    if (leftMs <= 0) throw timeoutError(waiter, timeoutMs);
    region.waitSync(header.doorbell, ring, Math.min(leftMs, sliceMs));
  }
  if (isRequired) checkRequired(waiter);
}

function isReadyNow(region: Region, fresh: boolean): boolean {
  if (fresh ? isFresh(region) : isReady(region)) return !throwIfStopped(region);
  throwIfStopped(region);
  const status = readStatus(region);
  if (status?.hopeless !== true) return false;
  const { lastError, step } = status;
  throw new ConfigStreamError("worker_died", `${lastError?.message ?? "No worker could be started."} ${nothingTried}`, {
    details: { what: lastError?.message ?? "", keepsTrying: false, step },
  });
}

/** False when it was not. */
function throwIfStopped(region: Region): boolean {
  if (isStopped(region)) {
    throw new ConsumerStoppedError("The consumer was stopped. Settings that had arrived before stay readable.");
  }
  return false;
}

const nothingTried = "Nothing is tried any more until start() is called again.";

/** One sentence with the step and the last failure. */
function timeoutError({ region, address }: Waiter, timeoutMs: number): WaitTimeoutError {
  const {
    state,
    step,
    attempt,
    lastError,
    started,
    nextAttemptInMs,
    coreAgentAddress = address,
  } = consumerStatus(region);
  if (!started) {
    const what = `Not ready after ${timeoutMs} ms: start() has not been called.`;
    return new WaitTimeoutError(what, { details: { what, step, keepsTrying: false, waitedMs: timeoutMs } });
  }
  const failures = attempt > 0 ? `, ${attempt} failed attempt${attempt > 1 ? "s" : ""}` : "";
  const failure = lastError === undefined ? "nothing has failed so far." : `last failure: ${lastError.message}`;
  const what =
    `Not ready after ${timeoutMs} ms: waiting for ${whatIsAwaited[step]} (step "${step}", core agent ${coreAgentAddress}, ` +
    `state ${state}${failures}); ${failure}`;
  return new WaitTimeoutError(`${what} The consumer keeps trying.`, {
    cause: lastError?.message,
    details: {
      what,
      step,
      keepsTrying: true,
      waitedMs: timeoutMs,
      ...(nextAttemptInMs === undefined ? {} : { retryInMs: nextAttemptInMs }),
    },
  });
}

const whatIsAwaited = {
  credentials: "the credential files",
  registration: "a session",
  connection: "the connection to the core agent",
  "first snapshot": "the first snapshot",
  done: "the first snapshot",
} as const;
