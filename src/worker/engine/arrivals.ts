/** What has arrived on a stream and was not handled yet, and when to handle it. */
import type { Timer } from "../../shared/clock.js";
import type { WireEvent } from "../../shared/types.js";
import type { Defer } from "./defer.js";

/** How many turns of the event loop may go into one publish; at about 50 µs each, this stays below a millisecond. */
const longestStormTurns = 12;

/** An event, or the place of a message that could not be read. */
export type Arrival = WireEvent | "unreadable";

/**
 * Collects until a turn of the event loop brings nothing more. A lone message is handled at the end of its own turn; in a
 * storm, where grpc-js hands out two or so per turn, several turns become one publish.
 */
export class Arrivals {
  readonly #defer: Defer;
  readonly #handle: () => void;
  #list: Arrival[] = [];
  #flush: Timer | undefined;

  constructor(defer: Defer, handle: () => void) {
    this.#defer = defer;
    this.#handle = handle;
  }

  /** Adds one. True for the first of those that are handled together, which is within a millisecond. */
  add(arrival: Arrival): boolean {
    this.#list.push(arrival);
    if (this.#flush !== undefined) return false;
    this.#waitForQuiet(1);
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
      else this.#handle();
    });
  }
}
