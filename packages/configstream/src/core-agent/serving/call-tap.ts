/** Where the faults on request get between the service and its callers. */
import type { Refusal } from "./auth.js";
import type { EventSink, Subscriber } from "./subscriber.js";

/** Stands between the service and its callers, so that tests can make it misbehave. */
export interface CallTap {
  /** Lets a unary call pass, later, or not at all. */
  unary(method: "register" | "refresh", proceed: (refusal: Refusal | undefined) => void): void;
  /** Refuses a stream that would otherwise be opened. */
  refuseStream(): Refusal | undefined;
  /** Wraps the way to a stream's receiver. */
  wrap(sink: EventSink): TappedSink;
}

export interface TappedSink {
  readonly sink: EventSink;
  attach(subscriber: Subscriber): void;
  detach(): void;
}
