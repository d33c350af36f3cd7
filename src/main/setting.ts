/** Handles: one key, one type, for hot loops. */
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

class Handle<T> implements Setting<T> {
  // Copies of what the entry holds: the hot path is one plain read of shared memory and two fields.
  #words: Int32Array;
  #cell: number;
  #stamp: number;
  #value: T;
  readonly #reader: RegionReader;
  readonly #entry: Entry;
  readonly #convert: (entry: Entry) => T;
  #state: KeyState;

  constructor(reader: RegionReader, entry: Entry, convert: (entry: Entry) => T) {
    this.#reader = reader;
    this.#entry = entry;
    this.#convert = convert;
    this.#words = reader.words;
    this.#cell = entry.cell;
    this.#stamp = entry.stamp;
    this.#state = entry.state;
    this.#value = convert(entry);
  }

  get key(): string {
    return this.#entry.key;
  }

  get value(): T {
    return this.#words[this.#cell] === this.#stamp ? this.#value : this.#renew();
  }

  #renew(): T {
    const entry = this.#entry;
    if (this.#reader.words[entry.cell] !== entry.stamp) this.#reader.refresh(entry);
    if (entry.state !== this.#state) {
      this.#state = entry.state;
      try {
        this.#value = this.#convert(entry);
      } catch {
        // A parser of the caller's that refuses the new value: what was good is kept, as everywhere.
      }
    }
    this.#words = this.#reader.words;
    this.#cell = entry.cell;
    this.#stamp = entry.stamp;
    return this.#value;
  }
}
