/** A subscription that is read with `for await`: a bounded buffer between the events that arrive and the loop that takes. */
import { SubscriberOverflowError } from "../../shared/errors.js";

/**
 * What happens when a subscription's buffer is full. `disconnect`, the default: the subscription ends with a
 * `SubscriberOverflowError`. `coalesce`: only the newest change of each key is kept until the loop catches up.
 */
export type OverflowPolicy = "disconnect" | "coalesce";

/** Where events wait. Past its bound it merges them. */
export interface EventBuffer<Event> {
  readonly full: boolean;
  push(event: Event): void;
  shift(): Event | undefined;
  clear(): void;
}

interface Waiting<Event> {
  readonly resolve: (result: IteratorResult<Event, undefined>) => void;
  readonly reject: (error: Error) => void;
}

const finished = { done: true, value: undefined } as const;

export class EventStream<Event> {
  readonly #bound: number;
  readonly #policy: OverflowPolicy;
  readonly #queue: EventBuffer<Event>;
  #waiting: Waiting<Event>[] = [];
  #ended = false;
  #error: SubscriberOverflowError | undefined;

  constructor(bound: number, policy: OverflowPolicy, buffer: EventBuffer<Event>) {
    this.#bound = bound;
    this.#policy = policy;
    this.#queue = buffer;
  }

  /** Takes in an event. False: the buffer was full, and the subscription ends by its policy. */
  push(event: Event): boolean {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value: event });
      return true;
    }
    if (this.#policy === "disconnect" && this.#queue.full) {
      this.#overflow(`Its buffer of ${this.#bound} events is full (option "bufferSize")`);
      return false;
    }
    this.#queue.push(event);
    return true;
  }

  /** Events were merged away before they reached this thread. False: the subscription ends by its policy. */
  lagged(): boolean {
    if (this.#policy === "coalesce") return true;
    this.#overflow("This thread was blocked for so long that the worker had to merge events");
    return false;
  }

  /** No further event comes. Those in the buffer are still handed out, unless they are to be dropped. */
  end(dropBuffered: boolean): void {
    this.#ended = true;
    if (dropBuffered) this.#queue.clear();
    for (const { resolve } of this.#waiting.splice(0)) resolve(finished);
  }

  /** The next event, also to several callers at a time; `done` after the end; rejects once after an overflow. */
  next(): Promise<IteratorResult<Event, undefined>> {
    const change = this.#queue.shift();
    if (change !== undefined) return Promise.resolve({ done: false, value: change });
    const error = this.#error;
    if (error !== undefined) {
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve(finished);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  #overflow(why: string): void {
    const error = new SubscriberOverflowError(
      `The subscription was ended, since its loop does not keep up. ${why}. ` +
        'Subscribe again, do less in the loop, or use overflow: "coalesce".',
    );
    this.#ended = true;
    const [first, ...others] = this.#waiting.splice(0);
    if (first === undefined) this.#error = error;
    else first.reject(error);
    for (const { resolve } of others) resolve(finished);
  }
}
