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
import { awaitsResync, refused, type SequenceState, sequence, streamOpened } from "./sequencer.js";
import { Settling } from "./settling.js";
import { StreamLife, type StreamLifeParts } from "./stream-life.js";

/** What a stream needs. */
export interface StreamParts extends Omit<StreamLifeParts, "giveUp"> {
  readonly defer: Defer;
  /** How long the core agent must pause before what it sent is published, in ms. */
  readonly settleMs: number;
  readonly status: Pick<StatusSink, "count" | "messageReceived">;
  readonly applier: Applier;
  readonly observer: StreamObserver;
}

/** How a stream came to its end. */
export type StreamEnd =
  /** By itself, cleanly when there is no error, or because one of its timers fired. */
  | { readonly kind: "over"; readonly error: Error | undefined }
  /** From this side, because only the snapshot of a new stream can say what is right. */
  | { readonly kind: "wants a snapshot" };

/** Notified of what happens to the stream. */
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
  readonly #settling: Settling;
  #sequence: SequenceState = streamOpened;
  /** Accepted and not published yet. */
  #held: WireEvent[] = [];

  constructor(connection: Connection, request: { clientName: string; sessionId: string }, parts: StreamParts) {
    this.#parts = parts;
    this.#arrivals = new Arrivals(parts.defer, parts.clock, () => this.#handleArrived());
    this.#settling = new Settling(parts.clock, parts.settleMs, () => this.#publishHeld());
    this.#life = new StreamLife({
      clock: parts.clock,
      resyncTimeoutMs: parts.resyncTimeoutMs,
      reopensInMs: parts.reopensInMs,
      giveUp: (why) => {
        this.#settling.release();
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

  /**
   * Ends the stream from this side. What was held back is published first; what has only arrived is dropped, and the observer is not
   * called any more. Idempotent.
   */
  close(): void {
    if (this.#over) return;
    this.#settling.release();
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
    // What came before the end is still valid.
    this.#handleArrived();
    this.#settling.release();
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

  /** Judges everything that arrived, and publishes it: each snapshot by itself, each run of updates as one; or holds it back. */
  #handleArrived(): void {
    for (const arrival of this.#arrivals.take()) {
      const isSnapshot = arrival !== "unreadable" && arrival.kind === "snapshot";
      if (isSnapshot && !this.#settling.holds) this.#publishHeld();
      if (!this.#accepts(arrival)) continue;
      if (isSnapshot) this.#superseded();
      this.#held.push(arrival);
      if (this.#settling.holds) this.#settling.arrived();
      else if (isSnapshot) this.#publishHeld();
    }
    if (!this.#settling.holds) this.#publishHeld();
    if (this.#over) return;
    this.#life.awaitsResync(awaitsResync(this.#sequence));
  }

  /** A snapshot came: it says all that is held, and nothing more has to come before it is published. */
  #superseded(): void {
    for (const { kind } of this.#held) {
      this.#parts.status.count(kind === "snapshot" ? "snapshotsApplied" : "updatesApplied");
    }
    this.#held = [];
    this.#life.snapshotCame();
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

  #publishHeld(): void {
    const run = this.#held;
    this.#held = [];
    const last = run.at(-1);
    if (last === undefined || this.#over) return;
    const applied = this.#parts.applier.apply(run);
    // A callback of the publication may have closed this stream.
    if (this.#over) return;
    if (!applied.ok) {
      this.#refuse(last);
      this.#refused(applied.error);
      return;
    }
    if (applied.wantsSnapshot) this.#life.wantsSnapshot();
    this.#parts.observer.onPublished();
    if (applied.skipped.length > 0) this.#parts.observer.onSkipped(applied.skipped);
  }

  #refused(error: ConfigStreamError): void {
    this.#life.refused(error);
    this.#parts.observer.onRefused(error);
  }

  /**
   * A refused state is a gap: updates that follow would build on a state that no reader sees. The sequence goes back by one, so that a
   * resync snapshot is accepted even when it carries the refused state's own id, and an older one is not; when none comes, the
   * resync timer reopens the stream, with back-off, and the first snapshot of the new one decides again.
   */
  #refuse({ sequenceId }: WireEvent): void {
    this.#sequence = refused(this.#sequence, sequenceId);
    // At once: what was held back may be refused long after the last message came, and perhaps no other comes.
    this.#life.awaitsResync(true);
  }
}
