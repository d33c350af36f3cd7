/** What a stream waits for, each with the timer that ends the stream when it does not come. */
import type { Clock, Timer } from "../../shared/clock.js";
import { ConfigStreamError } from "../../shared/errors.js";

/**
 * How long a stream may stay open without its first snapshot, in ms. Generous: the core agent may need a while to build
 * and send 128 MiB. Without a bound, a core agent that accepts a stream and forgets about it would block the consumer.
 */
export const firstSnapshotTimeoutMs = 30_000;

/** Why a stream is ended from this side. */
export type GivenUp = ConfigStreamError | "wants a snapshot";

export interface StreamLifeParts {
  readonly clock: Clock;
  readonly resyncTimeoutMs: number;
  /** How long to wait before the stream may be reopened for a snapshot, in ms. */
  readonly reopensInMs: () => number;
  readonly giveUp: (why: GivenUp) => void;
}

export class StreamLife {
  readonly #parts: StreamLifeParts;
  #firstSnapshot: Timer | undefined;
  #resync: Timer | undefined;
  #reopening: Timer | undefined;
  /** Why the state that readers see is not the newest one, if it is more than a gap. */
  #reason: ConfigStreamError | undefined;

  constructor(parts: StreamLifeParts) {
    this.#parts = parts;
    this.#firstSnapshot = parts.clock.setTimer(firstSnapshotTimeoutMs, () => this.#noFirstSnapshot());
  }

  /** A snapshot came, so nothing is awaited any more. */
  snapshotCame(): void {
    for (const timer of [this.#firstSnapshot, this.#reopening]) timer?.cancel();
    this.#firstSnapshot = undefined;
    this.#reopening = undefined;
  }

  /** A message could not be read, or a state was refused. The first reason counts until the stream is in step again. */
  refused(reason: ConfigStreamError): void {
    this.#reason ??= reason;
  }

  /** The core agent owes a resync snapshot, or not any more. */
  awaitsResync(awaits: boolean): void {
    if (awaits) {
      this.#resync ??= this.#parts.clock.setTimer(this.#parts.resyncTimeoutMs, () => this.#noResync());
      return;
    }
    this.#resync?.cancel();
    this.#resync = undefined;
    this.#reason = undefined;
  }

  /** Only a snapshot can say what is right, and this stream may never send one by itself. */
  wantsSnapshot(): void {
    const { clock, reopensInMs, giveUp } = this.#parts;
    this.#reopening ??= clock.setTimer(reopensInMs(), () => giveUp("wants a snapshot"));
  }

  end(): void {
    for (const timer of [this.#firstSnapshot, this.#resync, this.#reopening]) timer?.cancel();
  }

  #noResync(): void {
    const { resyncTimeoutMs, giveUp } = this.#parts;
    const reason = this.#reason;
    const after = reason === undefined ? "a gap in the stream" : "a message or state that could not be used";
    const message = `The core agent sent no resync snapshot within ${resyncTimeoutMs} ms after ${after}; the stream is opened anew.`;
    giveUp(
      reason === undefined
        ? new ConfigStreamError("stream", message)
        : new ConfigStreamError(reason.code, `${reason.message} ${message}`, { cause: reason }),
    );
  }

  #noFirstSnapshot(): void {
    const message = `The core agent sent no snapshot within ${firstSnapshotTimeoutMs} ms after the stream was opened; the stream is opened anew.`;
    this.#parts.giveUp(new ConfigStreamError("stream", message));
  }
}
