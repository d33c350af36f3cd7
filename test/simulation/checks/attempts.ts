/** How often one worker may connect: one connection at a time, and after a pause, but for the one attempt that replaces a lost session. */
import type { Clock } from "../../../src/shared/clock.js";

const shortestPauseMs = 250;

export class Attempts {
  readonly #clock: Clock;
  readonly #fail: (what: string) => unknown;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #lastButOneAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, fail: (what: string) => unknown) {
    this.#clock = clock;
    this.#fail = fail;
  }

  /** A connection is made beside so many. */
  made(open: number): void {
    if (open > 0) this.#fail(`a worker makes a connection beside ${open} that it has`);
    const nowMs = this.#clock.monotonic();
    const spanMs = nowMs - this.#lastButOneAtMs;
    if (spanMs < shortestPauseMs) this.#fail(`a worker makes three connections within ${spanMs} ms`);
    this.#lastButOneAtMs = this.#lastAtMs;
    this.#lastAtMs = nowMs;
  }
}
