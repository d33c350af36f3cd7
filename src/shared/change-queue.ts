/**
 * A bounded queue of changes. Up to its bound it keeps every event; past it, it keeps one event per key (the newest value,
 * the first old value, in the place of the newest), until it is empty again. So it never holds more than one event for
 * each key that exists, however long nobody takes from it.
 */
import { isDeepStrictEqual } from "node:util";
import type { ConfigChange, ConfigValue } from "./types.js";

export class ChangeQueue {
  readonly #bound: number;
  readonly #maxBytes: number;
  #events: ConfigChange[] = [];
  /** Of `#events`, in rough bytes; all 0 when bytes have no bound. */
  #weights: number[] = [];
  #bytes = 0;
  /** Events before this index have been taken. */
  #head = 0;
  /** Instead of `#events` while the queue is past its bound; in order of the newest change. */
  #byKey: Map<string, ConfigChange> | undefined;
  #lost = false;

  /** Each event is kept up to `bound` events, and up to `maxBytes` that their values take roughly. */
  constructor(bound: number, maxBytes = Number.POSITIVE_INFINITY) {
    this.#bound = bound;
    this.#maxBytes = maxBytes;
  }

  /** Events that wait. */
  get size(): number {
    return this.#byKey?.size ?? this.#events.length - this.#head;
  }

  /** True when the next event would make the queue coalesce. */
  get full(): boolean {
    return this.size >= this.#bound || this.#bytes >= this.#maxBytes;
  }

  push(change: ConfigChange): void {
    if (this.#byKey === undefined) {
      if (!this.full) {
        const weight = this.#maxBytes === Number.POSITIVE_INFINITY ? 0 : roughBytes(change);
        this.#events.push(change);
        this.#weights.push(weight);
        this.#bytes += weight;
        return;
      }
      const waiting = this.#events.slice(this.#head);
      this.clear();
      this.#byKey = new Map();
      for (const event of waiting) this.#merge(this.#byKey, event);
    }
    this.#merge(this.#byKey, change);
  }

  /** The oldest event. */
  shift(): ConfigChange | undefined {
    return this.take(1)[0];
  }

  /**
   * The oldest events: at most `most`, and no more than take roughly `mostBytes`, unless the first alone does; fewer, so that
   * events with the same sequence id stay together.
   */
  take(most: number, mostBytes = Number.POSITIVE_INFINITY): ConfigChange[] {
    return this.#byKey === undefined
      ? this.#takeEvents(most, mostBytes)
      : this.#takeMerged(this.#byKey, most, mostBytes);
  }

  /** Whether events were merged away since this was asked last. */
  takeLost(): boolean {
    const lost = this.#lost;
    this.#lost = false;
    return lost;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#events = [];
    this.#weights = [];
    this.#bytes = 0;
    this.#head = 0;
    this.#byKey = undefined;
    this.#lost = false;
  }

  #takeEvents(most: number, mostBytes: number): ConfigChange[] {
    const events = this.#events;
    let end = this.#head;
    let bytes = 0;
    while (end < events.length && end - this.#head < most) {
      bytes += this.#weights[end] ?? 0;
      if (bytes > mostBytes && end > this.#head) break;
      end++;
    }
    const next = events[end];
    if (next !== undefined) {
      let boundary = end;
      while (boundary > this.#head && events[boundary - 1]?.sequenceId === next.sequenceId) boundary--;
      if (boundary > this.#head) end = boundary;
    }
    const taken = events.slice(this.#head, end);
    for (; this.#head < end; this.#head++) this.#bytes -= this.#weights[this.#head] ?? 0;
    // Taken events are let go of now and then rather than one by one, which would move all others each time.
    if (this.#head === events.length || this.#head > this.#bound) {
      this.#events = events.slice(this.#head);
      this.#weights = this.#weights.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  #takeMerged(byKey: Map<string, ConfigChange>, most: number, mostBytes: number): ConfigChange[] {
    const taken: ConfigChange[] = [];
    let bytes = 0;
    for (const change of byKey.values()) {
      if (mostBytes !== Number.POSITIVE_INFINITY) bytes += roughBytes(change);
      if (taken.length === most || (bytes > mostBytes && taken.length > 0)) break;
      taken.push(change);
    }
    for (const { key } of taken) byKey.delete(key);
    if (byKey.size === 0) this.#byKey = undefined;
    return taken;
  }

  #merge(byKey: Map<string, ConfigChange>, change: ConfigChange): void {
    const first = byKey.get(change.key);
    if (first === undefined) {
      byKey.set(change.key, change);
      return;
    }
    this.#lost = true;
    // Deleted first, so that the merged event stands where the newest change belongs and sequence ids keep rising.
    byKey.delete(change.key);
    if (isDeepStrictEqual(first.oldValue, change.newValue)) return;
    byKey.set(change.key, { ...change, oldValue: first.oldValue });
  }
}

/** About what a change takes in memory. */
function roughBytes({ key, oldValue, newValue }: ConfigChange): number {
  return 100 + key.length + roughBytesOf(oldValue) + roughBytesOf(newValue);
}

function roughBytesOf(value: ConfigValue | undefined): number {
  if (typeof value === "string") return 16 + value.length;
  if (typeof value !== "object" || value === null) return 8;
  let bytes = 16;
  for (const [key, inner] of Object.entries(value)) bytes += key.length + roughBytesOf(inner);
  return bytes;
}
