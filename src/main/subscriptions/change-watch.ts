/**
 * Reports changes in a thread that gets no messages: looks at intervals at the newest consistent state, and compares it with the
 * one before. States share what has not changed, so a look costs what has changed, and nothing when nothing has.
 */
import { isDeepStrictEqual } from "node:util";
import type { MirrorState } from "../../memory/reader/mirror.js";
import { byKey } from "../../memory/reader/section.js";
import type { StoredReading } from "../../memory/reader/stored-reading.js";
import type { Logger } from "../../shared/logger.js";
import { describeThrown } from "../../shared/thrown.js";
import type { ConfigChange } from "../../shared/types.js";
import type { UpdateSubscription } from "../reader/api.js";
import { Callbacks } from "./callbacks.js";
import { detached } from "./detached.js";
import { type ChangeFilter, compileFilter } from "./filter.js";

/** Milliseconds between two looks. */
const lookMs = 100;

export class ChangeWatch {
  /** The newest state; `undefined` when it cannot be read now. */
  readonly #newest: () => MirrorState | undefined;
  readonly #callbacks: Callbacks<ConfigChange>;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** What was looked at last. */
  #state: MirrorState | undefined;

  constructor(newest: () => MirrorState | undefined, logger: Logger) {
    this.#newest = newest;
    this.#callbacks = new Callbacks(({ key }, thrown) =>
      logger.error(`An onUpdate callback failed for "${key}": ${describeThrown(thrown)}.`),
    );
  }

  /** Calls back from the next look on. The timer does not keep the process alive. */
  readonly add = (callback: (change: ConfigChange) => unknown, filter: ChangeFilter = {}): UpdateSubscription => {
    const matches = compileFilter(filter);
    // The callbacks that were there before get what has changed until now, because the new one must not get it.
    this.look();
    const remove = this.#callbacks.add(callback, ({ key }) => matches(key));
    this.#timer ??= detached(() => setInterval(() => this.look(), lookMs)).unref();
    const unsubscribe = () => {
      remove();
      if (this.#callbacks.size === 0) this.#rest();
    };
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  };

  /** Compares the newest state with the last one, and reports what differs. */
  look(): void {
    const before = this.#state;
    const now = this.#newest();
    if (now === undefined || now === before) return;
    this.#state = now;
    if (before === undefined) return;
    this.#callbacks.deliver(changesBetween(before, now));
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#state = undefined;
  }
}

/** What differs between two states, by sequence id and key. */
export function changesBetween(before: MirrorState, now: MirrorState): ConfigChange[] {
  const changes: ConfigChange[] = [];
  const compare = (old: StoredReading | undefined, reading: StoredReading | undefined): void => {
    const oldValue = old?.exists ? old.value : undefined;
    const newValue = reading?.exists ? reading.value : undefined;
    if (isDeepStrictEqual(oldValue, newValue)) return;
    const key = (reading ?? old)?.key ?? "";
    const { source, sequenceId } = reading?.exists
      ? reading.decode().state
      : { source: "", sequenceId: now.meta?.sequenceId ?? 0 };
    changes.push(Object.freeze({ key, oldValue, newValue, source, sequenceId }));
  };
  if (before.slots === now.slots) {
    for (const [index, chunk] of now.chunks.entries()) {
      const old = before.chunks[index];
      if (chunk === old) continue;
      for (let at = 0; at < chunk.length; at++) if (chunk[at] !== old?.[at]) compare(old?.[at], chunk[at]);
    }
  } else {
    // Another arena: the same keys in other slots.
    const rest = new Map(existing(before));
    for (const [key, reading] of existing(now)) {
      compare(rest.get(key), reading);
      rest.delete(key);
    }
    for (const old of rest.values()) compare(old, undefined);
  }
  return changes.sort((a, b) => a.sequenceId - b.sequenceId || byKey(a, b));
}

function* existing({ chunks }: MirrorState): Generator<[key: string, reading: StoredReading]> {
  for (const chunk of chunks) for (const reading of chunk) if (reading?.exists) yield [reading.key, reading];
}
