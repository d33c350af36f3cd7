/** What one cause changes, gathered before any of it is applied. Pure. */

import { type ConfigValue, described, InvalidOptionError } from "configstream-consumer/internal";
import { checkKey, checkSetting, checkSource } from "./setting-checks.js";

/** The source of settings that are set at run time without one. */
export const runtimeSource = "agent-runtime";

/** One operation on one layer. `undefined`: the layer gives up the key. */
export interface LayerWrite {
  readonly key: string;
  readonly source: string;
  readonly value: ConfigValue | undefined;
}

/** An operation that changed something. */
export interface RecordedWrite extends LayerWrite {
  /** What the layer held of the key. */
  readonly before: ConfigValue | undefined;
}

/**
 * Takes the operations of one change set. It is closed when the function that it was handed to returns. Both methods throw
 * `InvalidOptionError` for a key, value or source that cannot be sent, and when it is closed.
 */
export interface Transaction {
  /** As `CoreAgent.set`, as part of the change set. Default source: `agent-runtime`. */
  set(key: string, value: ConfigValue, source?: string): void;
  /** As `CoreAgent.unset`, as part of the change set. Default source: `agent-runtime`. */
  unset(key: string, source?: string): void;
}

/** The writes of a change set, in order; of several to the same key and layer, the last one counts. */
export class WriteSet {
  readonly #writes = new Map<string, LayerWrite>();
  #open = true;

  /** @throws InvalidOptionError when key, value or source cannot be sent. */
  set(givenKey: string, givenValue: unknown, source: string): void {
    const { key, value } = checkSetting(givenKey, givenValue);
    this.#put({ key, source: checkSource(source), value });
  }

  /** @throws InvalidOptionError when key or source is no name. */
  unset(key: string, source: string): void {
    this.#put({ key: checkKey(key), source: checkSource(source), value: undefined });
  }

  get writes(): Iterable<LayerWrite> {
    return this.#writes.values();
  }

  /** What a caller's function is handed. */
  get transaction(): Transaction {
    return {
      set: (key, value, source = runtimeSource) => this.set(key, value, source),
      unset: (key, source = runtimeSource) => this.unset(key, source),
    };
  }

  /** From now on every operation throws, because it would be lost. */
  close(): void {
    this.#open = false;
  }

  #put(write: LayerWrite): void {
    if (!this.#open) {
      throw new InvalidOptionError(
        `The setting "${write.key}" is changed in a transaction that is over; begin another one.`,
      );
    }
    // A line break cannot make two names one, because neither source nor key is parsed again.
    const id = `${write.source}\n${write.key}`;
    this.#writes.delete(id);
    this.#writes.set(id, write);
  }
}

/**
 * Runs a caller's function and gathers what it does.
 *
 * @throws What the function throws; InvalidOptionError when it is asynchronous, because what it does later would be another change.
 */
export function gather<Result>(work: (transaction: Transaction) => Result): {
  readonly writes: WriteSet;
  readonly result: Result;
} {
  if (typeof work !== "function") {
    throw new InvalidOptionError(`A transaction expects a function, but was given ${described(work)}.`);
  }
  const writes = new WriteSet();
  try {
    const result = work(writes.transaction);
    if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
      throw new InvalidOptionError("A transaction's function returned a promise; give one that does its work at once.");
    }
    return { writes, result };
  } finally {
    writes.close();
  }
}
