/** What the consumer's subscriber sees, each change checked by a getter and joined with the time at which it was written. */
import { isDeepStrictEqual } from "node:util";
import type { ConfigChange, Consumer } from "configstream-consumer";
import { machineTimeMs } from "../agent/control.js";

/** A change as the main thread saw it. */
export interface SeenChange {
  readonly change: ConfigChange;
  /** The getter gave the new value when it was asked in the event's handler. */
  readonly readByGetter: boolean;
  /** Moment of that read. */
  readonly atMs: number;
  /** The same moment on the clock that files are dated with. */
  readonly atEpochMs: number;
}

export interface ChangeFeed {
  /** Resolves at the next change of a key that the test accepts. */
  next(accepts: (change: ConfigChange) => boolean): Promise<SeenChange>;
  close(): void;
}

/** Subscribes to all changes. */
export function openFeed(consumer: Consumer, onSeen: (seen: SeenChange) => void): ChangeFeed {
  const reader = consumer.reader();
  const waiting = new Set<(seen: SeenChange) => void>();
  const subscription = consumer.subscribe({
    onChange: (change) => {
      const value = reader.get(change.key);
      const seen: SeenChange = {
        atMs: machineTimeMs(),
        atEpochMs: Date.now(),
        change,
        readByGetter: isDeepStrictEqual(value, change.newValue),
      };
      onSeen(seen);
      for (const offer of waiting) offer(seen);
    },
  });
  return {
    next: (accepts) =>
      new Promise((resolve) => {
        const offer = (seen: SeenChange): void => {
          if (!accepts(seen.change)) return;
          waiting.delete(offer);
          resolve(seen);
        };
        waiting.add(offer);
      }),
    close: () => subscription.unsubscribe(),
  };
}
