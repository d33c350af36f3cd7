/** Misbehaviour on request, over the real socket, to test what consumers make of it. Nothing else knows of it. */
import { status } from "@grpc/grpc-js";
import {
  agentSecureService,
  encodeSnapshot,
  encodeUpdate,
  type Frame,
  fieldSize,
  InvalidOptionError,
  WireWriter,
} from "configstream-consumer/internal";
import { loadContract, type ProtoConfigEvent } from "./contract.js";
import type { DialectName } from "./dialects/spoken.js";
import { checkDialect } from "./options.js";
import type { Refusal } from "./serving/auth.js";
import { maxSequenceId } from "./serving/broadcaster.js";
import type { CallTap, TappedSink } from "./serving/call-tap.js";
import type { EventSink, Subscriber } from "./serving/subscriber.js";

/** gRPC status codes are those of google.golang.org/grpc/codes. */
export interface Faults {
  /**
   * The next `count` updates never leave, so that the one after them shows a gap. A resync snapshot follows that one,
   * unless `resync` is false.
   */
  dropUpdates(count: number, options?: { readonly resync?: boolean }): void;
  /** The next update is sent twice. */
  duplicateNext(): void;
  /**
   * Sends, at once and on every open stream, an event with the last id of that stream, before any gap: an update that sets
   * `configstream.stale_probe`, or a snapshot without settings. A correct consumer drops it.
   */
  stale(kind?: "update" | "snapshot"): void;
  /** Sends any event, however malformed, at once and on every open stream; bytes go out as they are. */
  send(event: ProtoConfigEvent | Uint8Array): void;
  /** Forgets every session; open streams end with `PERMISSION_DENIED` within a third of the idle timeout. */
  evictSessions(): void;
  /**
   * While on, streams are accepted and stay open, and nothing is sent on them; buffers fill as with a slow receiver.
   * Scope `all` leaves unary calls unanswered too, until it is off again. Default scope: `streams`.
   */
  silence(on: boolean, scope?: "streams" | "all"): void;
  /** Ends every open stream with a status; 0 or none: a clean end. */
  closeStreams(grpcCode?: number): void;
  /** Refuses new streams with a status, until called with `undefined`. */
  rejectStreams(grpcCode: number | undefined): void;
  /** Refuses registrations or refreshes with a status, until called with `undefined`. */
  rejectCalls(method: "register" | "refresh", grpcCode: number | undefined): void;
  /**
   * What a restart looks like from outside: streams break with `UNAVAILABLE`, sessions are forgotten, and ids go on from
   * the given one, 0 to 2^31 - 1. Default: 0. Settings stay.
   */
  resetSequence(sequenceId?: number): void;
  /**
   * A restart as another version: as {@link Faults.resetSequence}, and the streams that are opened from then on speak the
   * given dialect.
   */
  restartAs(dialect: DialectName, sequenceId?: number): void;
  /** Makes every snapshot so many bytes longer, by a field that consumers do not know; 0 ends it. */
  padSnapshots(bytes: number): void;
  /** Ends every lasting fault. */
  clear(): void;
}

/** What the faults act on. */
export interface FaultTargets {
  readonly origin: string;
  sequenceId(): number;
  restartFrom(sequenceId: number): void;
  switchDialect(dialect: DialectName): void;
  endStreams(grpcCode: number | undefined, details: string): void;
  evictSessions(): void;
}

const details = "A fault was asked for.";

export function createFaults(targets: FaultTargets): { readonly faults: Faults; readonly tap: CallTap } {
  const state = createState();
  const streams = new Set<FaultySink>();
  const held: (() => void)[] = [];
  const refusal = (code: number | undefined): Refusal | undefined =>
    code === undefined ? undefined : { code, details };

  const resume = (): void => {
    for (const proceed of held.splice(0)) proceed();
    for (const stream of [...streams]) stream.pump();
  };

  const faults: Faults = {
    dropUpdates(count, { resync = true } = {}) {
      checkRange("count", count, 1);
      state.dropFrom = targets.sequenceId() + 1;
      state.dropTo = targets.sequenceId() + count;
      state.resyncAfterGap = resync;
    },
    duplicateNext() {
      state.duplicate = targets.sequenceId() + 1;
    },
    stale(kind = "update") {
      const setting = { source: "agent-runtime", key: "configstream.stale_probe", value: true, unsetSource: "" };
      for (const stream of [...streams]) {
        if (stream.lastSent === undefined) continue;
        const frame =
          kind === "update"
            ? encodeUpdate(targets.origin, stream.lastSent, setting)
            : encodeSnapshot(targets.origin, stream.lastSent, []);
        stream.sendRaw(frame.bytes);
      }
    },
    send(event) {
      const bytes = event instanceof Uint8Array ? Buffer.from(event) : encodeAny(event);
      for (const stream of [...streams]) {
        stream.mayHaveLost();
        stream.sendRaw(bytes);
      }
    },
    evictSessions: () => targets.evictSessions(),
    silence(on, scope = "streams") {
      state.silent = on;
      state.holdUnary = on && scope === "all";
      if (!on) resume();
    },
    closeStreams: (grpcCode) => targets.endStreams(grpcCode, details),
    rejectStreams(grpcCode) {
      state.rejectStreams = grpcCode;
    },
    rejectCalls(method, grpcCode) {
      state.rejectCalls[method] = grpcCode;
    },
    resetSequence(sequenceId = 0) {
      checkRange("sequenceId", sequenceId, 0);
      targets.endStreams(status.UNAVAILABLE, details);
      targets.evictSessions();
      targets.restartFrom(sequenceId);
    },
    restartAs(dialect, sequenceId = 0) {
      checkDialect(dialect);
      faults.resetSequence(sequenceId);
      targets.switchDialect(dialect);
    },
    padSnapshots(bytes) {
      checkRange("bytes", bytes, 0);
      state.padding = bytes;
    },
    clear() {
      Object.assign(state, createState());
      resume();
    },
  };

  const tap: CallTap = {
    unary(method, proceed) {
      const go = (): void => proceed(refusal(state.rejectCalls[method]));
      if (state.holdUnary) held.push(go);
      else go();
    },
    refuseStream: () => refusal(state.rejectStreams),
    wrap(raw) {
      const stream = new FaultySink(raw, state);
      streams.add(stream);
      return stream.tapped(() => streams.delete(stream));
    },
  };
  return { faults, tap };
}

function createState() {
  return {
    dropFrom: Number.POSITIVE_INFINITY,
    dropTo: 0,
    resyncAfterGap: true,
    duplicate: undefined as number | undefined,
    silent: false,
    holdUnary: false,
    rejectStreams: undefined as number | undefined,
    rejectCalls: { register: undefined, refresh: undefined } as Record<"register" | "refresh", number | undefined>,
    padding: 0,
  };
}

type FaultState = ReturnType<typeof createState>;

/** The way to one receiver, with the faults in it. */
class FaultySink implements EventSink {
  /** Id of the last event that a correct consumer has applied: behind a gap only a snapshot counts. */
  lastSent: number | undefined;
  readonly #raw: EventSink;
  readonly #state: FaultState;
  #subscriber: Subscriber | undefined;
  #gap = false;
  #receiverIsBehind = false;

  constructor(raw: EventSink, state: FaultState) {
    this.#raw = raw;
    this.#state = state;
  }

  get ready(): boolean {
    return !this.#state.silent && this.#raw.ready;
  }

  takes(bytes: number): boolean {
    return this.#raw.takes?.(bytes + this.#state.padding) ?? true;
  }

  tapped(onDetach: () => void): TappedSink {
    return {
      sink: this,
      attach: (subscriber) => {
        this.#subscriber = subscriber;
      },
      detach: onDetach,
    };
  }

  pump(): void {
    this.#subscriber?.pump();
  }

  /** What is sent past the sequence may leave a gap at the receiver, as what cannot be read does. */
  mayHaveLost(): void {
    this.#receiverIsBehind = true;
  }

  sendRaw(bytes: Buffer): void {
    this.#raw.send({ kind: "update", sequenceId: 0, bytes });
  }

  send(frame: Frame): void {
    const { dropFrom, dropTo, duplicate, resyncAfterGap, padding } = this.#state;
    if (frame.kind === "update" && frame.sequenceId >= dropFrom && frame.sequenceId <= dropTo) {
      this.#gap = true;
      return;
    }
    const isGap = this.#gap && frame.kind === "update";
    this.#gap = false;
    this.#receiverIsBehind = frame.kind === "update" && (isGap || this.#receiverIsBehind);
    if (!this.#receiverIsBehind) this.lastSent = frame.sequenceId;
    this.#raw.send(frame.kind === "snapshot" && padding > 0 ? pad(frame, padding) : frame);
    if (frame.kind === "update" && frame.sequenceId === duplicate) this.#raw.send(frame);
    if (isGap && resyncAfterGap) this.#subscriber?.resync();
  }
}

/** Appends an unknown field, which protobuf readers skip. */
function pad(frame: Frame, bytes: number): Frame {
  const unknownFieldTag = 0x7a;
  const filler = new WireWriter(fieldSize(bytes));
  filler.bytes.fill(0);
  filler.field(unknownFieldTag, bytes);
  return { ...frame, bytes: Buffer.concat([frame.bytes, filler.bytes]) };
}

function encodeAny(event: ProtoConfigEvent): Buffer {
  const service = loadContract()[agentSecureService] as unknown as {
    readonly StreamConfigEvents: { responseSerialize(event: ProtoConfigEvent): Buffer };
  };
  return service.StreamConfigEvents.responseSerialize(event);
}

function checkRange(name: string, value: number, minimum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maxSequenceId) {
    throw new InvalidOptionError(
      `The fault's ${name} is ${value}; give a whole number from ${minimum} to ${maxSequenceId}.`,
    );
  }
}
