/**
 * How much may be on the way to receivers that have not taken it. Every message on the way is a copy, so receivers that never read would
 * otherwise hold as many copies of the state as there are streams. Pure; the clock comes in.
 */
import type { Clock, Timer } from "configstream-consumer/internal";

/** Larger messages need room of all streams together, in bytes; smaller ones are bounded by {@link laneBytes} alone. */
const largeBytes = 64 * 1024;
/** A stream with this many bytes on their way is not written to. */
export const laneBytes = 256 * 1024;
/** Most bytes of large messages on the way to all streams. A single message may be larger, when it is alone. */
export const roomBytes = 256 * 1024 * 1024;
/** How long a stream may hold room that others wait for without taking its message, in ms. */
export const patienceMs = 10_000;

/** The way to one receiver. */
export interface Lane {
  /** False while the receiver is behind, or waits for room. */
  readonly ready: boolean;
  /** False: the message was not taken, because there is no room now; `onReady` is called once there is. */
  takes(bytes: number): boolean;
  /** To be called for each message that is written. Returns what is to be called when the receiver has taken it. */
  wrote(bytes: number): () => void;
  close(): void;
}

export interface LaneOwner {
  /** `ready` has turned true. */
  onReady(): void;
  /** Ends the stream, because it holds room that others need. */
  end(): void;
}

export interface Outflow {
  open(owner: LaneOwner): Lane;
}

interface Holding {
  /** When the receiver last took a large message, or was sent the first one. */
  readonly sinceMs: number;
  readonly bytes: number;
}

export function createOutflow(clock: Pick<Clock, "monotonic" | "setTimer">): Outflow {
  /** Streams with large messages on their way, longest first. */
  const holders = new Map<LaneOwner, Holding>();
  /** What each stream does once there is room, in the order in which they came. */
  const waiting = new Map<LaneOwner, () => void>();
  let held = 0;
  let timer: Timer | undefined;

  const giveUp = (owner: LaneOwner, bytes: number): void => {
    const holding = holders.get(owner);
    if (holding === undefined) return;
    held -= bytes;
    holders.delete(owner);
    const rest = holding.bytes - bytes;
    if (rest > 0) holders.set(owner, { sinceMs: clock.monotonic(), bytes: rest });
  };

  /** One after the other, because each takes room at once. */
  const serveWaiting = (): void => {
    for (const [owner, go] of waiting) {
      if (held >= roomBytes) break;
      waiting.delete(owner);
      go();
    }
    watch();
  };

  const watch = (): void => {
    const [slowest] = holders;
    if (timer !== undefined || waiting.size === 0 || slowest === undefined) return;
    const [, { sinceMs }] = slowest;
    timer = clock.setTimer(Math.max(0, sinceMs + patienceMs - clock.monotonic()), () => {
      timer = undefined;
      const [oldest] = holders;
      if (waiting.size === 0 || oldest === undefined) return;
      const [owner, holding] = oldest;
      if (clock.monotonic() - holding.sinceMs >= patienceMs) owner.end();
      watch();
    });
  };

  return {
    open(owner) {
      let onWay = 0;
      let wasBehind = false;
      let closed = false;
      /** It was given room, whatever its next message takes. */
      let mayPass = false;
      return {
        get ready() {
          return !closed && onWay < laneBytes && !waiting.has(owner);
        },
        takes(bytes) {
          if (bytes <= largeBytes || mayPass || held === 0 || held + bytes <= roomBytes) return true;
          waiting.set(owner, () => {
            mayPass = true;
            owner.onReady();
            mayPass = false;
          });
          watch();
          return false;
        },
        wrote(bytes) {
          const isLarge = bytes > largeBytes;
          onWay += bytes;
          wasBehind ||= onWay >= laneBytes;
          if (isLarge) {
            const { sinceMs, bytes: before } = holders.get(owner) ?? { sinceMs: clock.monotonic(), bytes: 0 };
            holders.set(owner, { sinceMs, bytes: before + bytes });
            held += bytes;
          }
          let taken = false;
          return () => {
            if (taken || closed) return;
            taken = true;
            onWay -= bytes;
            if (isLarge) giveUp(owner, bytes);
            if (wasBehind && onWay < laneBytes) {
              wasBehind = false;
              owner.onReady();
            }
            if (isLarge) serveWaiting();
          };
        },
        close() {
          if (closed) return;
          closed = true;
          waiting.delete(owner);
          giveUp(owner, holders.get(owner)?.bytes ?? 0);
          if (waiting.size > 0) serveWaiting();
          else {
            timer?.cancel();
            timer = undefined;
          }
        },
      };
    },
  };
}
