/** How often one worker may ask the core agent for something. */
import type { Clock } from "../../../src/shared/clock.js";

const shortestPauseMs = 250;
/** Share of the recommended interval by which a refresh may come sooner, with some room for rounding. */
const earliest = 0.899;

/** How often it may connect: one connection at a time, and after a pause, but for the one attempt that replaces a lost session. */
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

/** How often it may refresh its session over one connection: about as often as the core agent recommends. */
export class Refreshes {
  readonly #clock: Clock;
  readonly #recommendedMs: number;
  readonly #fail: (what: string) => unknown;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, recommendedMs: number, fail: (what: string) => unknown) {
    this.#clock = clock;
    this.#recommendedMs = recommendedMs;
    this.#fail = fail;
  }

  made(): void {
    const nowMs = this.#clock.monotonic();
    const spanMs = nowMs - this.#lastAtMs;
    this.#lastAtMs = nowMs;
    if (spanMs < earliest * this.#recommendedMs) {
      this.#fail(`a session is refreshed after ${spanMs} ms, and ${this.#recommendedMs} ms are recommended`);
    }
  }
}
