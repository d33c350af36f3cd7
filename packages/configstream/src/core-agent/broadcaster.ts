/** Numbers the changes and gives each to every subscriber. Pure. */

import { createEntryEncoder, encodeSnapshot, encodeUpdate, type Frame } from "configstream-consumer/internal";
import type { Dialect } from "./dialects/dialect.js";
import type { EffectiveSetting, LayerChange } from "./layer-store.js";
import { createSubscriber, type EventSink, type StateFeed, type StreamCounts, type Subscriber } from "./subscriber.js";

/** The wire carries sequence ids as int32. */
export const maxSequenceId = 2 ** 31 - 1;

export interface BroadcasterParams {
  readonly origin: string;
  readonly dialect: Dialect;
  readonly settings: ReadonlyMap<string, EffectiveSetting>;
  /** Most updates that wait per subscriber. */
  readonly subscriberBuffer: number;
  /** The ids are used up: streams must be reopened, since ids mean something only within one stream. */
  readonly onExhausted: () => void;
}

export interface Broadcaster extends StateFeed {
  readonly counts: Readonly<StreamCounts>;
  readonly subscribers: number;
  publish(change: LayerChange): void;
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

  const broadcaster: Broadcaster = {
    counts,
    get sequenceId() {
      return sequenceId;
    },
    get subscribers() {
      return subscribers.size;
    },
    snapshot() {
      cached ??= encodeSnapshot(origin, sequenceId, dialect.snapshot(settings, encodeEntry));
      return cached;
    },
    publish(change) {
      const setting = dialect.update(change);
      cached = undefined;
      if (setting === undefined) return;
      if (sequenceId === maxSequenceId) {
        sequenceId = 0;
        params.onExhausted();
      }
      sequenceId += 1;
      if (subscribers.size === 0) return;
      const frame = encodeUpdate(origin, sequenceId, setting);
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
