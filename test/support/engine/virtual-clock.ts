import type { Clock, Timer } from "../../../src/shared/clock.js";

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that stands still until it is advanced. */
export class VirtualClock implements Clock {
  #elapsedMs = 0;
  #order = 0;
  #startMs: number;
  readonly #timers = new Set<Pending>();

  /** `startMs`: what `now()` says at first; `monotonic()` starts at 0. */
  constructor(startMs = 1_700_000_000_000) {
    this.#startMs = startMs;
  }

  // Its own, and not its class's, because what makes a clock of another one copies what that has.
  readonly now = (): number => this.#startMs + this.#elapsedMs;
  readonly monotonic = (): number => this.#elapsedMs;
  readonly setTimer = (delayMs: number, callback: () => void): Timer => {
    const timer = { atMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  };

  /** The wall clock is set: `now()` jumps, `monotonic()` and timers do not. */
  step(ms: number): void {
    this.#startMs += ms;
  }

  /** Collects what arrives until time is advanced or settled. */
  readonly defer = (callback: () => void): Timer => this.setTimer(0, callback);

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Fires the one timer that is due first, at once and without letting promises run. */
  runNext(): void {
    const next = this.#nextDue(Number.POSITIVE_INFINITY);
    if (next !== undefined) this.#fire(next);
  }

  /** Lets time pass in which nothing runs, as in a thread that is blocked: timers come late. */
  skip(ms: number): void {
    this.#elapsedMs += ms;
  }

  /** Lets promises run, and every timer that is due now. */
  async settle(): Promise<void> {
    await this.advance(0);
  }

  /** Moves time on, firing timers in their order and letting promises run in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await runPromises();
    for (let next = this.#nextDue(untilMs); next !== undefined; next = this.#nextDue(untilMs)) {
      this.#fire(next);
      await runPromises();
    }
    this.#elapsedMs = untilMs;
  }

  #fire(timer: Pending): void {
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.atMs);
    this.#timers.delete(timer);
    timer.callback();
  }

  #nextDue(untilMs: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs > untilMs) continue;
      if (first === undefined || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

/** A turn of the real event loop: every promise that can settle without real I/O has settled after it. */
function runPromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
