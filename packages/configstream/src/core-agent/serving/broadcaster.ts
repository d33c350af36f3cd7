/** Numbers the change sets and gives each to every subscriber as one message. Pure. */

import {
  createEntryEncoder,
  encodeSnapshot,
  encodeUpdate,
  type Frame,
  InvalidOptionError,
} from "configstream-consumer/internal";
import { type Dialect, wholeState } from "../dialects/dialect.js";
import type { EffectiveSetting, LayerChange } from "../settings/layer-store.js";
import { createSubscriber, type EventSink, type StateFeed, type StreamCounts, type Subscriber } from "./subscriber.js";

/** Largest message that is sent, in bytes; the limit of a real core agent. */
export const maxMessageBytes = 128 * 1024 * 1024;

/** The wire carries sequence ids as int32. */
export const maxSequenceId = 2 ** 31 - 1;

export interface BroadcasterParams {
  readonly origin: string;
  readonly dialect: Dialect;
  readonly settings: ReadonlyMap<string, EffectiveSetting>;
  /** Most updates that wait per subscriber. */
  readonly subscriberBuffer: number;
  /** The ids are used up: streams must be reopened, because ids mean something only within one stream. */
  readonly onExhausted: () => void;
}

export interface Broadcaster extends StateFeed {
  readonly counts: Readonly<StreamCounts>;
  readonly subscribers: number;
  /**
   * Sends the changes of one cause under one sequence id: a single one as an update, several as a snapshot.
   *
   * @throws InvalidOptionError when they do not fit into one message. Nothing was sent then, and the caller takes them back.
   */
  publish(changes: readonly LayerChange[]): void;
  /** The first event is sent by the subscriber's first `pump`. */
  subscribe(sink: EventSink): Subscriber;
  unsubscribe(subscriber: Subscriber): void;
  /** Continues counting from another id. Open streams must be ended by the caller. */
  restartFrom(sequenceId: number): void;
}

export function createBroadcaster(params: BroadcasterParams): Broadcaster {
  const { origin, dialect, settings } = params;
  const counts: StreamCounts = { snapshotsSent: 0, updatesSent: 0, discontinuities: 0, droppedUpdates: 0 };
  const subscribers = new Set<Subscriber>();
  const encodeEntry = createEntryEncoder();
  let sequenceId = 0;
  let cached: Frame | undefined;

  const encodeState = (id: number): Frame => encodeSnapshot(origin, id, dialect.snapshot(settings, encodeEntry));

  const broadcaster: Broadcaster = {
    counts,
    get sequenceId() {
      return sequenceId;
    },
    get subscribers() {
      return subscribers.size;
    },
    snapshot() {
      cached ??= encodeState(sequenceId);
      return cached;
    },
    publish(changes) {
      const told = changes.map((change) => dialect.update(change)).filter((update) => update !== undefined);
      // Entries of a snapshot can differ although no dialect has an update that says so.
      const before = cached;
      cached = undefined;
      const [first] = told;
      if (first === undefined) return;
      const next = sequenceId === maxSequenceId ? 1 : sequenceId + 1;
      const frame = told.length === 1 && first !== wholeState ? encodeUpdate(origin, next, first) : encodeState(next);
      if (frame.bytes.length > maxMessageBytes) {
        cached = before;
        throw new InvalidOptionError(
          `The change of ${told.length} settings makes a message of ${frame.bytes.length} bytes, and one message carries at ` +
            `most ${maxMessageBytes}; make the state smaller.`,
        );
      }
      if (next === 1 && sequenceId === maxSequenceId) params.onExhausted();
      sequenceId = next;
      if (frame.kind === "snapshot") cached = frame;
      for (const subscriber of subscribers) subscriber.offer(frame);
    },
    subscribe(sink) {
      const subscriber = createSubscriber(broadcaster, sink, counts, params.subscriberBuffer);
      subscribers.add(subscriber);
      return subscriber;
    },
    unsubscribe(subscriber) {
      subscribers.delete(subscriber);
    },
    restartFrom(id) {
      sequenceId = id;
      cached = undefined;
    },
  };
  return broadcaster;
}
