/**
 * Keys whose value could not be converted into what a getter, handle or view of this thread was asked for, so that it gave
 * its default. Each is counted once a change, and named in the status of this thread.
 */
import { count } from "../../memory/facts.js";
import type { Reading } from "../../memory/reader/entry.js";
import { KeyReader } from "../../memory/reader/key-reader.js";
import type { Region } from "../../memory/region.js";

/** Most keys that are remembered and named; beyond it, the oldest are dropped. */
const maxNames = 100;

export class Unreadable {
  readonly #region: Region;
  /** By key: the state in which the value arrived. */
  readonly #noted = new Map<string, number>();
  #keys: KeyReader | undefined;

  constructor(region: Region) {
    this.#region = region;
  }

  /** Called whenever a conversion has failed; counts the first time for each change of the key. */
  note(key: string, { state }: Reading): void {
    if (this.#noted.get(key) === state.sequenceId) return;
    this.#noted.delete(key);
    if (this.#noted.size >= maxNames) this.#noted.delete(this.#noted.keys().next().value as string);
    this.#noted.set(key, state.sequenceId);
    count(this.#region, "unreadableValues");
  }

  /** Keys that still hold what could not be converted, sorted. */
  names(): readonly string[] {
    if (this.#noted.size === 0) return [];
    this.#keys ??= new KeyReader(this.#region);
    for (const [key, sequenceId] of this.#noted) {
      if (this.#keys.entry(key).state.sequenceId !== sequenceId) this.#noted.delete(key);
    }
    return [...this.#noted.keys()].sort();
  }
}
