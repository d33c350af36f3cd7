/** Handles: one key, one type, for hot loops. */
import { inspect, isDeepStrictEqual } from "node:util";
import { STAMP_NEVER } from "../../memory/layout.js";
import { absentState, type Entry, type KeyState, type Reading } from "../../memory/reader/entry.js";
import type { KeyReader } from "../../memory/reader/key-reader.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { Logger } from "../../shared/logger.js";
import { functionOption } from "../../shared/options/option-checks.js";
import { describeThrown } from "../../shared/thrown.js";
import type { ConfigChange, ConfigValue } from "../../shared/types.js";
import type { ChangeFilter } from "../subscriptions/filter.js";
import type { Setting, SettingBuilder, SettingConversions, UpdateSubscription } from "./api.js";
import { type Input, rememberInput } from "./bindings/inputs.js";
import { boolOf, durationOf, floatOf, intOf, stringOf, stringSliceOf } from "./conversions.js";
import type { Unreadable } from "./unreadable.js";

/** Reports the changes that fit the filter. */
export type ChangeSource = (callback: (change: ConfigChange) => unknown, filter?: ChangeFilter) => UpdateSubscription;

/** What handles need besides the reader. */
export interface HandlePorts {
  readonly onUpdate: ChangeSource;
  readonly logger: Logger;
  readonly unreadable: Unreadable;
}

/** Makes what makes handles for one key. */
export function createSettingBuilder(reader: KeyReader, key: string, ports: HandlePorts): SettingBuilder {
  return new HandleBuilder(reader, key, ports);
}

class HandleBuilder implements SettingConversions<ConfigValue> {
  readonly #reader: KeyReader;
  readonly #key: string;
  readonly #ports: HandlePorts;

  constructor(reader: KeyReader, key: string, ports: HandlePorts) {
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
    const entry = this.#reader.entry(this.#key);
    return createHandle({ reader: this.#reader, entry, ports: this.#ports, convert, ofSections });
  }
}

/** What a handle is made of. */
interface Parts<T> {
  readonly reader: KeyReader;
  readonly entry: Entry;
  readonly ports: HandlePorts;
  readonly convert: (reading: Reading) => T;
  /** Whether a section counts as a value. */
  readonly ofSections: boolean;
}

/** What the hot path of the handle that is being made begins with. */
let making: { readonly word: Int32Array; readonly stamp: number; readonly current: unknown } | undefined;

function first<T>(): { readonly word: Int32Array; readonly stamp: number; readonly current: T } {
  if (making === undefined) throw new ConfigStreamError("internal", "A handle is made by setting() alone.");
  return making as { readonly word: Int32Array; readonly stamp: number; readonly current: T };
}

function createHandle<T>(parts: Parts<T>): Setting<T> {
  const { reader, entry } = parts;
  const reading = readingOf(parts);
  const stamp = stampFor(parts, reading);
  making = { word: wordOf(reader, entry), stamp, current: converted(parts, reading) };
  const handle = new Handle(parts, reading.state);
  making = undefined;
  rememberInput(handle, () => inputFrom(parts));
  return handle;
}

const maxTries = 8;
/** No key has it. */
const unknownState: KeyState = Object.freeze({ ...absentState });

/**
 * The hot path is one plain read of shared memory, compared with a number beside the value. The word has a view of its own,
 * which engines read faster than an index. The hot fields have their first value from their declaration: a private field that
 * a constructor sets has been `undefined` before, and is then read as slowly as any other that changes its kind.
 */
class Handle<T> implements Setting<T> {
  #word = first<T>().word;
  #stamp = first<T>().stamp;
  #current = first<T>().current;
  readonly #parts: Parts<T>;
  #state: KeyState;
  #error: unknown;

  constructor(parts: Parts<T>, state: KeyState) {
    this.#parts = parts;
    this.#state = state;
  }

  get key(): string {
    return this.#parts.entry.key;
  }

  get value(): T {
    return this.#word[0] === this.#stamp ? this.#current : this.#renew();
  }

  get lastError(): unknown {
    this.#renew();
    return this.#error;
  }

  onChange(callback: (value: T, before: T) => unknown): UpdateSubscription {
    functionOption("callback", callback ?? null);
    const { key } = this;
    let told = this.value;
    const { ports, ofSections } = this.#parts;
    return ports.onUpdate(
      () => {
        const before = told;
        told = this.value;
        return isDeepStrictEqual(before, told) ? undefined : callback(told, before);
      },
      ofSections ? { key, prefix: `${key}.` } : { key },
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
    const { entry, reader } = this.#parts;
    if (!reader.isCurrent(entry)) reader.refresh(entry);
    const reading = this.#takeNewest();
    if (reading === undefined) return this.#current;
    if (this.#word.byteOffset !== entry.cell * 4) this.#word = wordOf(reader, entry);
    this.#stamp = stampFor(this.#parts, reading);
    return this.#current;
  }

  /**
   * What the key holds now, taken in. A parser that reads the key itself may find a newer state of it; `undefined`: so often that the
   * next read has to look again.
   */
  #takeNewest(): Reading | undefined {
    for (let tries = 0; tries < maxTries; tries++) {
      const reading = readingOf(this.#parts);
      const { state } = reading;
      if (state === this.#state && tries === 0) return reading;
      this.#state = state;
      this.#take(reading);
      if (reading.state === state) return reading;
    }
    this.#state = unknownState;
    this.#stamp = STAMP_NEVER;
    return undefined;
  }

  /** The caller's parser may refuse the new value: then the last good one is kept, as everywhere, and this is reported. */
  #take(reading: Reading): void {
    try {
      this.#current = converted(this.#parts, reading);
      this.#error = undefined;
    } catch (thrown) {
      this.#error = thrown;
      this.#parts.ports.logger.error(
        `The parser of the handle for "${this.key}" refused a change, so that the handle keeps its last value: ` +
          `${describeThrown(thrown)}.`,
      );
    }
  }
}

/** The handle's conversion, for a binding that reads its key together with others. */
function inputFrom<T>(parts: Parts<T>): Input<T> {
  const { reader, entry, ofSections } = parts;
  return {
    of: reader,
    names: [{ key: entry.key, isWhole: ofSections }],
    take: ([reading]) => converted(parts, reading as Reading),
  };
}

function readingOf<T>({ reader, entry, ofSections }: Parts<T>): Reading {
  return ofSections ? reader.wholeReading(entry.key) : entry;
}

/** A section has no cell of its own, so each read asks whether it is still the same. */
function stampFor<T>({ entry, ofSections }: Parts<T>, reading: Reading): number {
  const mayBeSection = ofSections && (reading !== entry || reading.state.value === null);
  return mayBeSection ? STAMP_NEVER : entry.stamp;
}

function converted<T>({ entry, convert, ports }: Parts<T>, reading: Reading): T {
  const value = convert(reading);
  if (reading.unreadableAs !== undefined) ports.unreadable.note(entry.key, reading);
  return value;
}

function wordOf({ words }: KeyReader, { cell }: Entry): Int32Array {
  return words.subarray(cell, cell + 1);
}
