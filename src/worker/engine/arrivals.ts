/** What has arrived on a stream and was not handled yet, and when to handle it. */
import type { Clock, Timer } from "../../shared/clock.js";
import type { WireEvent } from "../../shared/types.js";
import type { Defer } from "./defer.js";

/** How many turns of the event loop may go into one publish; at about 50 µs each, this stays below a millisecond. */
const longestStormTurns = 12;

/** What begins so soon after the last was handled, in ms, belongs to the same storm. */
const stormGapMs = 0.25;

/** An event, or the place of a message that could not be read. */
export type Arrival = WireEvent | "unreadable";

/**
 * Collects what belongs into one publish. What comes after a pause is handled at the end of its own turn of the event loop, with
 * all that was written together, because grpc-js hands out in one turn what one read has brought. To wait for another turn would cost more
 * than that turn: the engine collects garbage between the two. In a storm, where each turn brings two messages or so, and a publish
 * for each would leave no time to read, turns are collected until one brings nothing.
 */
export class Arrivals {
  readonly #defer: Defer;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #handle: () => void;
  #list: Arrival[] = [];
  #flush: Timer | undefined;
  #handledAtMs = Number.NEGATIVE_INFINITY;

  constructor(defer: Defer, clock: Pick<Clock, "monotonic">, handle: () => void) {
    this.#defer = defer;
    this.#clock = clock;
    this.#handle = handle;
  }

  /** Adds one. True for the first of those that are handled together, which is within a millisecond. */
  add(arrival: Arrival): boolean {
    this.#list.push(arrival);
    if (this.#flush !== undefined) return false;
    if (this.#clock.monotonic() - this.#handledAtMs > stormGapMs) this.#flush = this.#defer(() => this.#handleAll());
    else this.#waitForQuiet(1);
    return true;
  }

  /** Gives all, and forgets them. */
  take(): readonly Arrival[] {
    this.#flush?.cancel();
    this.#flush = undefined;
    const list = this.#list;
    this.#list = [];
    return list;
  }

  #waitForQuiet(turns: number): void {
    const { length } = this.#list;
    this.#flush = this.#defer(() => {
      if (this.#list.length > length && turns < longestStormTurns) this.#waitForQuiet(turns + 1);
      else this.#handleAll();
    });
  }

  #handleAll(): void {
    this.#handle();
    this.#handledAtMs = this.#clock.monotonic();
  }
}
