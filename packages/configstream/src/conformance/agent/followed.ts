/** One stream of the judged core agent, followed by a strict consumer. */
import type { Connection, StreamCall, TransportError } from "configstream-consumer/internal/link";
import { Deviation } from "../deviation.js";
import { type Event, Mirror } from "./mirror.js";

export class FollowedStream {
  readonly mirror = new Mirror();
  readonly #call: StreamCall;
  #end: { readonly error: TransportError | undefined } | undefined;
  #isConnected = false;
  #onEvent: (event: Event) => void = () => {};

  constructor(connection: Connection, clientName: string, sessionId: string) {
    this.#call = connection.openStream(
      { clientName, sessionId },
      {
        onConnected: () => {
          this.#isConnected = true;
        },
        onEvent: (event) => {
          this.mirror.take(event as Event);
          this.#onEvent(event as Event);
        },
        onBadMessage: (error) => {
          this.mirror.flaw ??= `a message that cannot be read: ${error.message}`;
        },
        onEnd: (error) => {
          this.#end = { error };
        },
      },
    );
  }

  /** The call has been sent. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** How it ended; `undefined`: it has not. `error` is `undefined` after a clean end. */
  get end(): { readonly error: TransportError | undefined } | undefined {
    return this.#end;
  }

  /** Is called with each further event. */
  listen(onEvent: (event: Event) => void): void {
    this.#onEvent = onEvent;
  }

  /** Throws when it has ended, or something was against the contract. */
  check(): void {
    const { flaw } = this.mirror;
    if (flaw !== undefined) throw new Deviation("events as the contract has them", flaw);
    if (this.#end !== undefined) {
      throw new Deviation("the stream stays open", `it ended: ${this.#end.error?.message ?? "cleanly"}`);
    }
  }

  cancel(): void {
    this.#call.cancel();
  }
}
