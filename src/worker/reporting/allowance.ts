/** How often something may be done: a number of times at once, and then no faster than the allowance grows back. */
import type { Clock } from "../../shared/clock.js";

export class Allowance {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #most: number;
  readonly #perSecond: number;
  #left: number;
  #countedAtMs: number;

  constructor(clock: Pick<Clock, "monotonic">, most: number, perSecond: number) {
    this.#clock = clock;
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = most;
    this.#countedAtMs = clock.monotonic();
  }

  /** 0: it may be done, and counts; else the time until it may, in ms. */
  take(): number {
    const nowMs = this.#clock.monotonic();
    this.#left = Math.min(this.#most, this.#left + ((nowMs - this.#countedAtMs) / 1_000) * this.#perSecond);
    this.#countedAtMs = nowMs;
    if (this.#left < 1) return Math.ceil(((1 - this.#left) / this.#perSecond) * 1_000);
    this.#left -= 1;
    return 0;
  }
}
