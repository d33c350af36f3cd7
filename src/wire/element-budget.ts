/**
 * How many elements a message may decode to. One allocation that fails ends the whole process, not only the thread that asked
 * for it, so what could not fit is refused before it is built. A null in a list is four bytes of a message and
 * sixteen or more while the list grows.
 */
import { getHeapStatistics } from "node:v8";
import { ConfigStreamError } from "../shared/errors.js";

/** Bytes of heap that are set aside for each element: its place in a growing list twice, and what it is. */
const bytesPerElement = 64;
/** What an element of a list, an entry of a map, and a setting count for: names and objects take more than places. */
export const cost = { item: 1, entry: 4, setting: 4 } as const;

/** The longest message, in bytes, that any heap has room for: asking takes longer than reading an update does. */
const alwaysFits = 4_096;

/** The elements that this thread's heap has room for, in the costs above, when a message has so many bytes. */
export function elementsThatFit(messageBytes: number): number {
  // No element has fewer than two bytes.
  if (messageBytes <= alwaysFits) return (alwaysFits / 2) * cost.entry;
  return Math.floor(getHeapStatistics().heap_size_limit / bytesPerElement);
}

export class ElementBudget {
  readonly #most: number;
  #left: number;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Throws `limit_exceeded` when there is no room for more. */
  spend(elements: number): void {
    this.#left -= elements;
    if (this.#left >= 0) return;
    throw new ConfigStreamError(
      "limit_exceeded",
      `A message of the core agent has more than ${this.#most} list elements, map entries and settings, which the heap of this ` +
        "thread has no room for. It was refused whole and the last good settings are kept. Raise --max-old-space-size, or send less.",
    );
  }
}
