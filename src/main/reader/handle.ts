/** Handles: one key, one type, for hot loops. */
import { inspect, isDeepStrictEqual } from "node:util";
import { STAMP_NEVER } from "../../memory/layout.js";
import type { Entry, KeyState, Reading } from "../../memory/reader/entry.js";
import type { Logger } from "../../shared/logger.js";
import { functionOption } from "../../shared/option-checks.js";
import { describeThrown } from "../../shared/thrown.js";
import type { ConfigChange, ConfigValue } from "../../shared/types.js";
import type { ChangeFilter } from "../subscriptions/filter.js";
import type { Setting, SettingConversions, UpdateSubscription } from "./api.js";
import { boolOf, durationOf, floatOf, intOf, stringOf, stringSliceOf } from "./conversions.js";
import type { RegionReader } from "./region-reader.js";

/** Tells of changes that fit the filter. */
export type ChangeSource = (callback: (change: ConfigChange) => unknown, filter?: ChangeFilter) => UpdateSubscription;

/** What handles need besides the reader. */
export interface HandlePorts {
  readonly onUpdate: ChangeSource;
  readonly logger: Logger;
}

/** Makes handles for one key. */
export class HandleBuilder implements SettingConversions<ConfigValue> {
  readonly #reader: RegionReader;
  readonly #key: string;
  readonly #ports: HandlePorts;

  constructor(reader: RegionReader, key: string, ports: HandlePorts) {
    this.#reader = reader;
    this.#key = key;
    this.#ports = ports;
  }

  asString(defaultValue = ""): Setting<string> {
    return this.#handle((reading) => stringOf(reading) ?? defaultValue);
  }

  asBool(defaultValue = false): Setting<boolean> {
    return this.#handle((reading) => boolOf(reading) ?? defaultValue);
  }

  asInt(defaultValue = 0): Setting<number> {
    return this.#handle((reading) => intOf(reading) ?? defaultValue);
  }

  asFloat(defaultValue = 0): Setting<number> {
    return this.#handle((reading) => floatOf(reading) ?? defaultValue);
  }

  asDuration(defaultValueMs = 0): Setting<number> {
    return this.#handle((reading) => durationOf(reading) ?? defaultValueMs);
  }

  asStringSlice(defaultValue: readonly string[] = Object.freeze([])): Setting<readonly string[]> {
    return this.#handle((reading) => stringSliceOf(reading) ?? defaultValue);
  }

  as<T>(parse: (value: ConfigValue | undefined) => T): Setting<T> {
    functionOption("parse", parse ?? null);
    return this.#handle((reading) => parse(reading.state.value), true);
  }

  #handle<T>(convert: (reading: Reading) => T, ofSections = false): Setting<T> {
    return new Handle(this.#reader, this.#reader.entry(this.#key), this.#ports, convert, ofSections);
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
  readonly #ports: HandlePorts;
  readonly #convert: (reading: Reading) => T;
  readonly #ofSections: boolean;
  #state: KeyState;
  #error: unknown;

  constructor(
    reader: RegionReader,
    entry: Entry,
    ports: HandlePorts,
    convert: (reading: Reading) => T,
    ofSections: boolean,
  ) {
    this.#reader = reader;
    this.#entry = entry;
    this.#ports = ports;
    this.#convert = convert;
    this.#ofSections = ofSections;
    const reading = this.#reading();
    this.#state = reading.state;
    this.word = wordOf(reader, entry);
    this.stamp = this.#stampFor(reading);
    this.current = convert(reading);
  }

  get key(): string {
    return this.#entry.key;
  }

  get value(): T {
    return this.word[0] === this.stamp ? this.current : this.#renew();
  }

  get lastError(): unknown {
    this.#renew();
    return this.#error;
  }

  onChange(callback: (value: T, before: T) => unknown): UpdateSubscription {
    functionOption("callback", callback ?? null);
    const { key } = this;
    let told = this.value;
    return this.#ports.onUpdate(
      () => {
        const before = told;
        told = this.value;
        return isDeepStrictEqual(before, told) ? undefined : callback(told, before);
      },
      this.#ofSections ? { key, prefix: `${key}.` } : { key },
    );
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
    const reading = this.#reading();
    if (reading.state !== this.#state) {
      this.#state = reading.state;
      this.#take(reading);
    }
    if (this.word.byteOffset !== entry.cell * 4) this.word = wordOf(reader, entry);
    this.stamp = this.#stampFor(reading);
    return this.current;
  }

  #reading(): Reading {
    return this.#ofSections ? this.#reader.wholeReading(this.#entry.key) : this.#entry;
  }

  /** A section has no cell of its own, so each read asks whether it is still the same. */
  #stampFor(reading: Reading): number {
    const mayBeSection = this.#ofSections && (reading !== this.#entry || reading.state.value === null);
    return mayBeSection ? STAMP_NEVER : this.#entry.stamp;
  }

  /** A parser of the caller's may refuse the new value: what was good is kept, as everywhere, and it is told. */
  #take(reading: Reading): void {
    try {
      this.current = this.#convert(reading);
      this.#error = undefined;
    } catch (thrown) {
      this.#error = thrown;
      this.#ports.logger.error(
        `The parser of the handle for "${this.key}" refused a change, so that the handle keeps its last value: ` +
          `${describeThrown(thrown)}.`,
      );
    }
  }
}

function wordOf({ words }: RegionReader, { cell }: Entry): Int32Array {
  return words.subarray(cell, cell + 1);
}
