/**
 * Delivers events to callbacks: one event after another, each to every callback that was added before it, in the order in which
 * they were added. A callback may add and remove callbacks and cause further events without disturbing that: an event that it
 * causes waits until the present one is delivered, and a callback that it adds gets the events that come later.
 *
 * A callback runs in the asynchronous context in which it was added. What it throws, or a promise that it returns and that
 * rejects, is reported and does not affect the others.
 */
import { AsyncResource } from "node:async_hooks";
import { whenRejected } from "../../shared/thrown.js";

/** Which events a callback wants, and how it is given one. */
interface Receiver<Event> {
  readonly matches: (event: Event) => boolean;
  readonly call: (event: Event) => unknown;
  readonly context: AsyncResource;
  /** Events before this one are older than the receiver. */
  readonly since: number;
}

export class Callbacks<Event> {
  readonly #report: (event: Event, thrown: unknown) => void;
  readonly #receivers = new Set<Receiver<Event>>();
  /** Events that wait while another one is delivered. */
  #queue: Event[] = [];
  /** Events that have ever come, and how many of them came before the queue's first one. */
  #came = 0;
  #done = 0;
  #delivering = false;

  /** @param report Must not throw. */
  constructor(report: (event: Event, thrown: unknown) => void) {
    this.#report = report;
  }

  /** Number of callbacks. */
  get size(): number {
    return this.#receivers.size;
  }

  /** Calls back with each event from the next one on that `matches`. Gives what ends it, at once; harmless when repeated. */
  add(call: (event: Event) => unknown, matches: (event: Event) => boolean = () => true): () => void {
    const context = new AsyncResource("ConfigStreamCallback", { requireManualDestroy: true });
    const receiver: Receiver<Event> = { matches, call, context, since: this.#came };
    this.#receivers.add(receiver);
    return () => {
      if (this.#receivers.delete(receiver)) context.emitDestroy();
    };
  }

  /** Gives each event to every callback that is there now; later, when another one is being delivered. Never throws. */
  deliver(events: Iterable<Event>): void {
    for (const event of events) this.#queue.push(event);
    this.#came = this.#done + this.#queue.length;
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = 0; next < this.#queue.length; next++) {
      this.#deliverTo(this.#queue[next] as Event, this.#done + next);
    }
    this.#queue = [];
    this.#done = this.#came;
    this.#delivering = false;
  }

  #deliverTo(event: Event, number: number): void {
    // A set's iteration includes what is added meanwhile, at its end. So the first newcomer ends it: a callback that replaces
    // itself in each call would otherwise keep it going forever.
    for (const receiver of this.#receivers) {
      if (receiver.since > number) return;
      this.#call(receiver, event);
    }
  }

  #call({ matches, call, context }: Receiver<Event>, event: Event): void {
    const report = (thrown: unknown): void => this.#report(event, thrown);
    try {
      if (matches(event)) whenRejected(context.runInAsyncScope(call, undefined, event), report);
    } catch (thrown) {
      report(thrown);
    }
  }
}
