/**
 * A bounded queue of changes. Up to its bound it keeps every event; past it, it keeps one event per key (the newest value, the
 * first old value, in the place of the newest), until it is empty again. So it never holds more than one event for each key that
 * exists, however long nothing is taken from it.
 */
import { isDeepStrictEqual } from "node:util";
import type { ConfigChange, ConfigValue } from "./types.js";

/** A change that waits. */
interface Entry {
  readonly change: ConfigChange;
  /** In rough bytes; 0 when bytes have no bound. */
  readonly weight: number;
  /** Whether it is the last one of its change set. */
  readonly endsSet: boolean;
  /** Number of the publish that made it visible. */
  readonly publish: number;
}

/** Changes that were taken, and where among them change sets end. */
export interface TakenChanges {
  readonly changes: readonly ConfigChange[];
  /** For each set that is complete with these changes, the number of changes up to its end; rising. */
  readonly setEnds: readonly number[];
  /** For each change, the number of the publish that made it visible. */
  readonly publishes: readonly number[];
}

export class ChangeQueue {
  readonly #bound: number;
  readonly #maxBytes: number;
  #events: Entry[] = [];
  #bytes = 0;
  /** Events before this index have been taken. */
  #head = 0;
  /** Instead of `#events` while the queue is past its bound; in order of the newest change. */
  #byKey: Map<string, ConfigChange> | undefined;
  /** Beside `#byKey`, the publish of each key's newest change. */
  readonly #publishes = new Map<string, number>();
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

  /** Takes a change in; `endsSet` says that it is the last one of its change set, and `publish` which one made it visible. */
  push(change: ConfigChange, endsSet = true, publish = 0): void {
    if (this.#byKey === undefined) {
      if (!this.full) {
        const weight = this.#maxBytes === Number.POSITIVE_INFINITY ? 0 : roughBytes(change);
        this.#events.push({ change, weight, endsSet, publish });
        this.#bytes += weight;
        return;
      }
      const waiting = this.#events.slice(this.#head);
      this.clear();
      this.#byKey = new Map();
      for (const entry of waiting) this.#merge(this.#byKey, entry.change, entry.publish);
    }
    this.#merge(this.#byKey, change, publish);
  }

  /** The oldest event. */
  shift(): ConfigChange | undefined {
    return this.take(1).changes[0];
  }

  /**
   * The oldest events: at most `most`, and no more than take roughly `mostBytes`, unless the first alone does; fewer, so that
   * events with the same sequence id stay together. What has been merged is one change set, whole when all of it is taken.
   */
  take(most: number, mostBytes = Number.POSITIVE_INFINITY): TakenChanges {
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
    this.#bytes = 0;
    this.#head = 0;
    this.#byKey = undefined;
    this.#publishes.clear();
    this.#lost = false;
  }

  #takeEvents(most: number, mostBytes: number): TakenChanges {
    const events = this.#events;
    let end = this.#head;
    let bytes = 0;
    while (end < events.length && end - this.#head < most) {
      bytes += events[end]?.weight ?? 0;
      if (bytes > mostBytes && end > this.#head) break;
      end++;
    }
    const next = events[end];
    if (next !== undefined) {
      let boundary = end;
      const { sequenceId } = next.change;
      while (boundary > this.#head && events[boundary - 1]?.change.sequenceId === sequenceId) boundary--;
      if (boundary > this.#head) end = boundary;
    }
    const taken = events.slice(this.#head, end);
    for (; this.#head < end; this.#head++) this.#bytes -= events[this.#head]?.weight ?? 0;
    // Taken events are dropped in bulk, because dropping one by one would move all others each time.
    if (this.#head === events.length || this.#head > this.#bound) {
      this.#events = events.slice(this.#head);
      this.#head = 0;
    }
    const setEnds = taken.flatMap(({ endsSet }, index) => (endsSet ? [index + 1] : []));
    return { changes: taken.map(({ change }) => change), setEnds, publishes: taken.map(({ publish }) => publish) };
  }

  #takeMerged(byKey: Map<string, ConfigChange>, most: number, mostBytes: number): TakenChanges {
    const taken: ConfigChange[] = [];
    let bytes = 0;
    for (const change of byKey.values()) {
      if (mostBytes !== Number.POSITIVE_INFINITY) bytes += roughBytes(change);
      if (taken.length === most || (bytes > mostBytes && taken.length > 0)) break;
      taken.push(change);
    }
    const publishes = taken.map(({ key }) => this.#publishes.get(key) ?? 0);
    for (const { key } of taken) byKey.delete(key);
    const isWhole = byKey.size === 0;
    if (isWhole) {
      this.#byKey = undefined;
      this.#publishes.clear();
    }
    return { changes: taken, setEnds: isWhole ? [taken.length] : [], publishes };
  }

  #merge(byKey: Map<string, ConfigChange>, change: ConfigChange, publish: number): void {
    this.#publishes.set(change.key, publish);
    if (mergeChange(byKey, change)) this.#lost = true;
  }
}

/**
 * Keeps one change a key: the newest value with the first old one, and none for a key that is back at its old value. True
 * when events were merged.
 */
export function mergeChange(byKey: Map<string, ConfigChange>, change: ConfigChange): boolean {
  const first = byKey.get(change.key);
  // Deleted first, so that the merged event takes the place of the newest change and sequence ids keep rising.
  byKey.delete(change.key);
  if (first === undefined) byKey.set(change.key, change);
  else if (!isDeepStrictEqual(first.oldValue, change.newValue)) {
    byKey.set(change.key, { ...change, oldValue: first.oldValue });
  }
  return first !== undefined;
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
