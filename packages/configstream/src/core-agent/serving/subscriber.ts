/** What must still be sent to one subscriber, and when it gets a snapshot instead. Pure. */
import type { Frame } from "configstream-consumer/internal";

/** Where a subscriber's events go. */
export interface EventSink {
  /** False while the receiver is behind; the sink's owner calls {@link Subscriber.pump} when it turns true. */
  readonly ready: boolean;
  /** False: there is no room for a message of so many bytes now, and `ready` is false until there is. Left out: always room. */
  takes?(bytes: number): boolean;
  send(frame: Frame): void;
}

/** What subscribers need from the core agent, and what they count there. */
export interface StateFeed {
  /** The number of the newest state. */
  readonly sequenceId: number;
  /** The newest state; the same frame for all subscribers between two changes. */
  snapshot(): Frame;
}

export interface StreamCounts {
  snapshotsSent: number;
  updatesSent: number;
  discontinuities: number;
  droppedUpdates: number;
}

export interface Subscriber {
  /** Updates that wait for the receiver. */
  readonly buffered: number;
  /**
   * Queues an update and sends what can be sent; drops and counts it when the buffer is full. A snapshot is never queued: a
   * receiver that is behind gets the newest state once it is ready.
   */
  offer(frame: Frame): void;
  /** Sends as long as the receiver is ready. The first event is a snapshot. */
  pump(): void;
  /** Makes the next event a snapshot. */
  resync(): void;
}

/** @param capacity Most updates that wait while the receiver is behind. */
export function createSubscriber(feed: StateFeed, sink: EventSink, counts: StreamCounts, capacity: number): Subscriber {
  let queue: Frame[] = [];
  /** Events of the queue that have been sent; moving the rest at every send would cost as much as the queue is long. */
  let taken = 0;
  let needsSnapshot = true;
  let lastSent = 0;
  let pumping = false;

  /** A snapshot is the newest state, so everything that waits is part of it. */
  const forgetWaiting = (): void => {
    needsSnapshot = true;
    queue = [];
    taken = 0;
  };

  const takes = (frame: Frame): boolean => {
    if (sink.takes === undefined || sink.takes(frame.bytes.length)) return true;
    // By the time there is room, the newest state covers everything.
    forgetWaiting();
    return false;
  };

  /** False when there is no room for it. */
  const sendSnapshot = (): boolean => {
    const frame = feed.snapshot();
    forgetWaiting();
    if (!takes(frame)) return false;
    needsSnapshot = false;
    lastSent = frame.sequenceId;
    counts.snapshotsSent += 1;
    sink.send(frame);
    return true;
  };

  const take = (): Frame | undefined => {
    const frame = queue[taken];
    if (frame === undefined) return undefined;
    taken += 1;
    if (taken === queue.length || taken >= capacity) {
      queue = queue.slice(taken);
      taken = 0;
    }
    return frame;
  };

  /** False when there is nothing left to send, or no room for it. */
  const sendNext = (): boolean => {
    if (needsSnapshot) return sendSnapshot();
    const frame = take();
    // With an empty queue, a newer state means that the last updates were dropped. Without this check the receiver would
    // stay behind until the next change.
    if (frame === undefined && lastSent === feed.sequenceId) return false;
    if (frame === undefined || frame.sequenceId !== lastSent + 1) {
      counts.discontinuities += 1;
      return sendSnapshot();
    }
    if (!takes(frame)) return false;
    lastSent = frame.sequenceId;
    counts.updatesSent += 1;
    sink.send(frame);
    return true;
  };

  const pump = (): void => {
    // Sending may call back, for example when a fault asks for a resync.
    if (pumping) return;
    pumping = true;
    try {
      while (sink.ready && sendNext());
    } finally {
      pumping = false;
    }
  };

  return {
    get buffered() {
      return queue.length - taken;
    },
    offer(frame) {
      // Not queued: what waits is part of it, and by the time the receiver is ready a newer state may cover both.
      if (frame.kind === "snapshot") forgetWaiting();
      else if (needsSnapshot) return pump();
      else if (queue.length - taken < capacity) queue.push(frame);
      else counts.droppedUpdates += 1;
      pump();
    },
    pump,
    resync() {
      needsSnapshot = true;
      pump();
    },
  };
}
