/**
 * Holds a publish back until the core agent pauses, because one that sends related settings one by one would otherwise show
 * them one by one.
 */
import type { Clock, Timer } from "../../shared/clock.js";

/** A core agent that never pauses is waited for so many times the pause. */
const mostPauses = 10;

export class Settling {
  readonly #clock: Clock;
  readonly #pauseMs: number;
  readonly #publish: () => void;
  #timer: Timer | undefined;
  #dueByMs: number | undefined;

  /** `pauseMs`: how long nothing must have come; 0 publishes at once. */
  constructor(clock: Clock, pauseMs: number, publish: () => void) {
    this.#clock = clock;
    this.#pauseMs = pauseMs;
    this.#publish = publish;
  }

  /** Whether anything is held back at all. */
  get holds(): boolean {
    return this.#pauseMs > 0;
  }

  /** Something came that is to be published. */
  arrived(): void {
    const nowMs = this.#clock.monotonic();
    this.#dueByMs ??= nowMs + mostPauses * this.#pauseMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(Math.min(this.#pauseMs, this.#dueByMs - nowMs), () => this.release());
  }

  /** Publishes what is held, if anything is, and waits no longer. */
  release(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#dueByMs = undefined;
    this.#publish();
  }
}
