/** Time as a parameter, so that every policy can run in virtual time. */

/** A pending timer. */
export interface Timer {
  /** Cancels the timer; harmless when it has already fired. */
  cancel(): void;
}

/** Source of time and timers. */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump when the system clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary start, the same in all threads of a process; never goes back or jumps. For durations. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

/** The real clock. Its timers keep the thread alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Not `performance.now()`, which starts from zero in each thread.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
