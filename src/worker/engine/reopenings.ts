/** How often a stream is reopened to get a snapshot. */
import type { Clock } from "../../shared/clock.js";

export class Reopenings {
  /** Least time between two, in ms: an old sender could make one at each update. */
  readonly intervalMs: number;
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, intervalMs: number) {
    this.intervalMs = intervalMs;
    this.#clock = clock;
  }

  /** How long to wait until the next one is allowed, in ms. */
  dueInMs(): number {
    return Math.max(0, this.#lastMs + this.intervalMs - this.#clock.monotonic());
  }

  /** A stream is given up. True the first time. */
  happened(): boolean {
    const isFirst = this.#lastMs === Number.NEGATIVE_INFINITY;
    this.#lastMs = this.#clock.monotonic();
    return isFirst;
  }
}
