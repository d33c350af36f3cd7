/**
 * One stream, from open to its end: the order of its events, batching, and the timers that notice a silent core agent.
 *
 * A stream is one object that is over exactly once. Whatever arrives afterwards is ignored, so an event of an old stream
 * cannot reach the store of a new one.
 */
import type { Clock, Timer } from "../../shared/clock.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { WireEvent } from "../../shared/types.js";
import { UnknownEventError } from "../link/grpc-failure.js";
import type { Connection, StatusSink, StreamCall, StreamHandlers } from "../ports.js";
import type { Applier } from "./applier.js";
import type { Defer } from "./defer.js";
import { type SequenceState, sequence, streamOpened } from "./sequencer.js";

/**
 * How long a stream may stay open without its first snapshot, in ms. Generous: the core agent may need a while to build
 * and send 128 MiB. Without a bound, a core agent that accepts a stream and forgets about it would block the consumer.
 */
export const firstSnapshotTimeoutMs = 30_000;

/** How many turns of the event loop may go into one publish; at some 50 µs each, this stays below a millisecond. */
const longestStormTurns = 12;

/** What a stream needs. */
export interface StreamParts {
  readonly clock: Clock;
  readonly defer: Defer;
  readonly status: Pick<StatusSink, "count" | "messageReceived">;
  readonly applier: Applier;
  readonly resyncTimeoutMs: number;
  readonly observer: StreamObserver;
}

/** Who is told what happens to the stream. */
export interface StreamObserver {
  /** The connection is up; the first snapshot is awaited. */
  onConnected(): void;
  /** A state was published. Called first for the stream's first snapshot, then for every batch. */
  onPublished(): void;
  /** A state or a message was refused; the last good state stays visible. */
  onRefused(error: ConfigStreamError): void;
  /** The stream is over, by itself or since one of its timers fired. `error` is undefined after a clean end. */
  onOver(error: Error | undefined): void;
}

/** What arrived and was not handled yet: an event, or the place of a message that could not be read. */
type Arrival = WireEvent | "unreadable";

/** An open stream. */
export class ConfigStream {
  readonly #parts: StreamParts;
  readonly #call: StreamCall | undefined;
  #over = false;
  #connected = false;
  #arrived: Arrival[] = [];
  #flush: Timer | undefined;
  #sequence: SequenceState = streamOpened;
  #firstSnapshotTimer: Timer | undefined;
  #resyncTimer: Timer | undefined;
  /** What was wrong with the message that made the present gap, if that is what made it. */
  #unreadable: string | undefined;

  constructor(connection: Connection, request: { clientName: string; sessionId: string }, parts: StreamParts) {
    this.#parts = parts;
    this.#firstSnapshotTimer = parts.clock.setTimer(firstSnapshotTimeoutMs, () => this.#noFirstSnapshot());
    const handlers: StreamHandlers = {
      onConnected: () => this.#onConnected(),
      onEvent: (event) => this.#arrive(event),
      onBadMessage: (error) => this.#onBadMessage(error),
      onEnd: (error) => this.#onEnd(error),
    };
    try {
      this.#call = connection.openStream(request, handlers);
    } catch (thrown) {
      this.#over = true;
      this.#dropTimers();
      throw thrown;
    }
  }

  /** Ends the stream from this side; the observer is not called any more. What has arrived is dropped. Idempotent. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#dropTimers();
    this.#arrived = [];
    this.#call?.cancel();
  }

  #onConnected(): void {
    if (this.#over || this.#connected) return;
    this.#connected = true;
    this.#parts.observer.onConnected();
  }

  #onBadMessage(error: Error): void {
    if (this.#over) return;
    this.#parts.status.count("badMessages");
    // An event of an unknown kind has no place in the sequence. Anything else may have been the one that now is missing.
    if (error instanceof UnknownEventError) {
      this.#parts.status.messageReceived();
      return;
    }
    const refusal = ConfigStreamError.from(error, "bad_message");
    this.#unreadable ??= refusal.message;
    this.#parts.observer.onRefused(refusal);
    this.#arrive("unreadable");
  }

  #arrive(arrival: Arrival): void {
    if (this.#over) return;
    this.#onConnected();
    this.#arrived.push(arrival);
    if (this.#flush !== undefined) return;
    // Once for all that arrives before it is handled, which is within a millisecond.
    this.#parts.status.messageReceived();
    this.#waitForQuiet(1);
  }

  /**
   * Handles what has arrived once a turn of the event loop brings nothing more. A lone message is handled at the end of its
   * own turn; in a storm, where grpc-js hands out two or so per turn, several turns become one publish.
   */
  #waitForQuiet(turns: number): void {
    const { length } = this.#arrived;
    this.#flush = this.#parts.defer(() => {
      if (this.#arrived.length > length && turns < longestStormTurns) this.#waitForQuiet(turns + 1);
      else this.#handleArrived();
    });
  }

  #onEnd(error: Error | undefined): void {
    if (this.#over) return;
    // What came before the end is as good as ever.
    this.#handleArrived();
    this.#finish(error);
  }

  #finish(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#dropTimers();
    this.#parts.observer.onOver(error);
  }

  #dropTimers(): void {
    this.#flush?.cancel();
    this.#firstSnapshotTimer?.cancel();
    this.#resyncTimer?.cancel();
    this.#flush = undefined;
    this.#firstSnapshotTimer = undefined;
    this.#resyncTimer = undefined;
  }

  /** Judges everything that arrived, and publishes it: each snapshot by itself, each run of updates as one. */
  #handleArrived(): void {
    this.#flush?.cancel();
    this.#flush = undefined;
    const arrived = this.#arrived;
    this.#arrived = [];
    let run: WireEvent[] = [];
    // The state that readers see, to return to when a publication is refused.
    let published = this.#sequence;
    for (const arrival of arrived) {
      if (arrival !== "unreadable" && arrival.kind === "snapshot") {
        this.#publish(run, published);
        run = [];
        published = this.#sequence;
      }
      if (!this.#accept(arrival)) continue;
      run.push(arrival as WireEvent);
      if ((arrival as WireEvent).kind === "snapshot") {
        this.#publish(run, published);
        run = [];
        published = this.#sequence;
      }
    }
    this.#publish(run, published);
    this.#watchForResync();
  }

  /** Moves the sequence on; true when the event is to be applied. */
  #accept(arrival: Arrival): boolean {
    const { status } = this.#parts;
    if (arrival === "unreadable") {
      this.#sequence = { ...this.#sequence, gap: true };
      return false;
    }
    const { verdict, state, skippedIds } = sequence(this.#sequence, arrival);
    this.#sequence = state;
    if (verdict === "stale") status.count("droppedStaleUpdates");
    if (verdict === "discontinuity" || skippedIds) status.count("discontinuities");
    return verdict === "apply";
  }

  #publish(run: readonly WireEvent[], published: SequenceState): void {
    const last = run.at(-1);
    if (last === undefined || this.#over) return;
    const applied = this.#parts.applier.apply(run);
    // A callback of the publication may have closed this stream.
    if (this.#over) return;
    if (!applied.ok) {
      this.#refuse(last, published);
      this.#parts.observer.onRefused(applied.error);
      return;
    }
    this.#firstSnapshotTimer?.cancel();
    this.#firstSnapshotTimer = undefined;
    this.#parts.observer.onPublished();
  }

  /**
   * A refused state is a gap: updates that follow would build on a state that nobody sees. The sequence goes back to what
   * readers see, so that a resync snapshot is accepted even when it carries the refused state's own id; when none comes,
   * the resync timer reopens the stream, with back-off, and the first snapshot of the new one decides again.
   */
  #refuse(last: WireEvent, published: SequenceState): void {
    this.#sequence = { lastApplied: published.lastApplied, missed: last.sequenceId, gap: true };
  }

  #watchForResync(): void {
    if (this.#over) return;
    const { gap, missed } = this.#sequence;
    if (!gap && missed === undefined) {
      this.#resyncTimer?.cancel();
      this.#resyncTimer = undefined;
      this.#unreadable = undefined;
      return;
    }
    const { clock, resyncTimeoutMs } = this.#parts;
    this.#resyncTimer ??= clock.setTimer(resyncTimeoutMs, () => this.#noResync());
  }

  #noResync(): void {
    const gap = this.#unreadable === undefined ? "a gap in the stream" : "a message that could not be read";
    const fault = this.#unreadable === undefined ? "" : ` ${this.#unreadable}`;
    const message = `The core agent sent no resync snapshot within ${this.#parts.resyncTimeoutMs} ms after ${gap}; the stream is opened anew.${fault}`;
    this.#giveUp(new ConfigStreamError("stream", message));
  }

  #noFirstSnapshot(): void {
    const message = `The core agent sent no snapshot within ${firstSnapshotTimeoutMs} ms after the stream was opened; the stream is opened anew.`;
    this.#giveUp(new ConfigStreamError("stream", message));
  }

  #giveUp(error: ConfigStreamError): void {
    this.#call?.cancel();
    this.#finish(error);
  }
}
