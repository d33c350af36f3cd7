/** Handles: one key, one type, for hot loops. */
import { inspect } from "node:util";
import type { ConfigValue } from "../shared/types.js";
import type { Entry, KeyState } from "./entry.js";
import { boolOf, durationOf, floatOf, intOf, stringOf, stringSliceOf } from "./getters.js";
import type { Setting, SettingBuilder } from "./reader-api.js";
import type { RegionReader } from "./region-reader.js";

/** Makes handles for one key. */
export class HandleBuilder implements SettingBuilder {
  readonly #reader: RegionReader;
  readonly #key: string;

  constructor(reader: RegionReader, key: string) {
    this.#reader = reader;
    this.#key = key;
  }

  asString(defaultValue = ""): Setting<string> {
    return this.#handle((entry) => stringOf(entry) ?? defaultValue);
  }

  asBool(defaultValue = false): Setting<boolean> {
    return this.#handle((entry) => boolOf(entry) ?? defaultValue);
  }

  asInt(defaultValue = 0): Setting<number> {
    return this.#handle((entry) => intOf(entry) ?? defaultValue);
  }

  asFloat(defaultValue = 0): Setting<number> {
    return this.#handle((entry) => floatOf(entry) ?? defaultValue);
  }

  asDuration(defaultValueMs = 0): Setting<number> {
    return this.#handle((entry) => durationOf(entry) ?? defaultValueMs);
  }

  asStringSlice(defaultValue: readonly string[] = []): Setting<readonly string[]> {
    return this.#handle((entry) => stringSliceOf(entry) ?? defaultValue);
  }

  as<T>(parse: (value: ConfigValue | undefined) => T): Setting<T> {
    return this.#handle((entry) => parse(entry.state.value));
  }

  #handle<T>(convert: (entry: Entry) => T): Setting<T> {
    return new Handle(this.#reader, this.#reader.entry(this.#key), convert);
  }
}

/**
 * The hot path is one plain read of shared memory, compared with a number beside the value. The hot fields are ordinary ones
 * that the constructor sets, and the word has a view of its own: engines read both faster than `#` fields and an index.
 */
class Handle<T> implements Setting<T> {
  private word: Int32Array;
  private stamp: number;
  private current: T;
  readonly #reader: RegionReader;
  readonly #entry: Entry;
  readonly #convert: (entry: Entry) => T;
  #state: KeyState;

  constructor(reader: RegionReader, entry: Entry, convert: (entry: Entry) => T) {
    this.word = wordOf(reader, entry);
    this.stamp = entry.stamp;
    this.current = convert(entry);
    this.#reader = reader;
    this.#entry = entry;
    this.#convert = convert;
    this.#state = entry.state;
  }

  get key(): string {
    return this.#entry.key;
  }

  get value(): T {
    return this.word[0] === this.stamp ? this.current : this.#renew();
  }

  /** A log of the handle shows no value. */
  [inspect.custom](): string {
    return `Setting { key: ${this.key} }`;
  }

  /** As for {@link inspect.custom}: loggers write objects as JSON. */
  toJSON(): { readonly key: string } {
    return { key: this.key };
  }

  #renew(): T {
    const entry = this.#entry;
    const reader = this.#reader;
    if (!reader.isCurrent(entry)) reader.refresh(entry);
    if (entry.state !== this.#state) {
      this.#state = entry.state;
      try {
        this.current = this.#convert(entry);
      } catch {
        // A parser of the caller's that refuses the new value: what was good is kept, as everywhere.
      }
    }
    if (this.word.byteOffset !== entry.cell * 4) this.word = wordOf(reader, entry);
    this.stamp = entry.stamp;
    return this.current;
  }
}

function wordOf({ words }: RegionReader, { cell }: Entry): Int32Array {
  return words.subarray(cell, cell + 1);
}
