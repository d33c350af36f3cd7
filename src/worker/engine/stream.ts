/**
 * One stream, from open to its end: which of its events are applied, and in which runs.
 *
 * A stream is one object that is over exactly once. Whatever arrives afterwards is ignored, so an event of an old stream
 * cannot reach the store of a new one.
 */
import { ConfigStreamError } from "../../shared/errors.js";
import type { WireEvent } from "../../shared/types.js";
import { UnknownEventError } from "../link/grpc-failure.js";
import type { Connection, Skipped, StatusSink, StreamCall, StreamHandlers } from "../ports.js";
import type { Applier } from "./applier.js";
import { type Arrival, Arrivals } from "./arrivals.js";
import type { Defer } from "./defer.js";
import { type SequenceState, sequence, streamOpened } from "./sequencer.js";
import { StreamLife, type StreamLifeParts } from "./stream-life.js";

/** What a stream needs. */
export interface StreamParts extends Omit<StreamLifeParts, "giveUp"> {
  readonly defer: Defer;
  readonly status: Pick<StatusSink, "count" | "messageReceived">;
  readonly applier: Applier;
  readonly observer: StreamObserver;
}

/** How a stream came to its end. */
export type StreamEnd =
  /** By itself, cleanly when there is no error, or since one of its timers fired. */
  | { readonly kind: "over"; readonly error: Error | undefined }
  /** From this side, since only the snapshot of a new stream can say what is right. */
  | { readonly kind: "wants a snapshot" };

/** Who is told what happens to the stream. */
export interface StreamObserver {
  /** The connection is up; the first snapshot is awaited. */
  onConnected(): void;
  /** A state was published. Called first for the stream's first snapshot, then for every batch. */
  onPublished(): void;
  /** A state or a message was refused; the last good state stays visible. */
  onRefused(error: ConfigStreamError): void;
  /** Settings were left out of what was published. */
  onSkipped(skipped: readonly Skipped[]): void;
  /** The stream is over. */
  onOver(end: StreamEnd): void;
}

/** An open stream. */
export class ConfigStream {
  readonly #parts: StreamParts;
  readonly #call: StreamCall | undefined;
  readonly #arrivals: Arrivals;
  readonly #life: StreamLife;
  #over = false;
  #connected = false;
  #sequence: SequenceState = streamOpened;

  constructor(connection: Connection, request: { clientName: string; sessionId: string }, parts: StreamParts) {
    this.#parts = parts;
    this.#arrivals = new Arrivals(parts.defer, () => this.#handleArrived());
    this.#life = new StreamLife({
      clock: parts.clock,
      resyncTimeoutMs: parts.resyncTimeoutMs,
      reopensInMs: parts.reopensInMs,
      giveUp: (why) => {
        this.#call?.cancel();
        this.#finish(why === "wants a snapshot" ? { kind: why } : { kind: "over", error: why });
      },
    });
    const handlers: StreamHandlers = {
      onConnected: () => this.#onConnected(),
      onEvent: (event) => this.#arrive(event),
      onBadMessage: (error) => this.#onBadMessage(error),
      onEnd: (error) => this.#onEnd(error),
    };
    try {
      this.#call = connection.openStream(request, handlers);
    } catch (thrown) {
      this.#end();
      throw thrown;
    }
  }

  /** Ends the stream from this side; the observer is not called any more. What has arrived is dropped. Idempotent. */
  close(): void {
    if (this.#over) return;
    this.#end();
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
    this.#refused(ConfigStreamError.from(error, "bad_message"));
    this.#arrive("unreadable");
  }

  #arrive(arrival: Arrival): void {
    if (this.#over) return;
    this.#onConnected();
    if (this.#arrivals.add(arrival)) this.#parts.status.messageReceived();
  }

  #onEnd(error: Error | undefined): void {
    if (this.#over) return;
    // What came before the end is as good as ever.
    this.#handleArrived();
    this.#finish({ kind: "over", error });
  }

  #finish(end: StreamEnd): void {
    if (this.#over) return;
    this.#end();
    this.#parts.observer.onOver(end);
  }

  #end(): void {
    this.#over = true;
    this.#arrivals.take();
    this.#life.end();
  }

  /** Judges everything that arrived, and publishes it: each snapshot by itself, each run of updates as one. */
  #handleArrived(): void {
    let run: WireEvent[] = [];
    // The state that readers see, to return to when a publication is refused.
    let published = this.#sequence;
    const publish = (): void => {
      this.#publish(run, published);
      run = [];
      published = this.#sequence;
    };
    for (const arrival of this.#arrivals.take()) {
      const isSnapshot = arrival !== "unreadable" && arrival.kind === "snapshot";
      if (isSnapshot) publish();
      if (!this.#accepts(arrival)) continue;
      run.push(arrival);
      if (isSnapshot) publish();
    }
    publish();
    if (this.#over) return;
    const { gap, missed } = this.#sequence;
    this.#life.awaitsResync(gap || missed !== undefined);
  }

  /** Moves the sequence on; true when the event is to be applied. */
  #accepts(arrival: Arrival): arrival is WireEvent {
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
      this.#refused(applied.error);
      return;
    }
    this.#life.published();
    if (last.kind === "snapshot") this.#life.hasSnapshot();
    if (applied.ambiguous) this.#life.wantsSnapshot();
    this.#parts.observer.onPublished();
    if (applied.skipped.length > 0) this.#parts.observer.onSkipped(applied.skipped);
  }

  #refused(error: ConfigStreamError): void {
    this.#life.refused(error);
    this.#parts.observer.onRefused(error);
  }

  /**
   * A refused state is a gap: updates that follow would build on a state that nobody sees. The sequence goes back to what
   * readers see, so that a resync snapshot is accepted even when it carries the refused state's own id; when none comes,
   * the resync timer reopens the stream, with back-off, and the first snapshot of the new one decides again.
   */
  #refuse(last: WireEvent, published: SequenceState): void {
    this.#sequence = { lastApplied: published.lastApplied, missed: last.sequenceId, gap: true };
  }
}
