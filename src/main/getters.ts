/** The getters' conversions and defaults, over anything that can look a key up. */
import type { ConfigValue, SourceValue } from "../shared/types.js";
import {
  toBool,
  toDurationMs,
  toFloat64,
  toFloat64Slice,
  toInt,
  toInt32,
  toSizeInBytes,
  toStringMap,
  toStringMapString,
  toStringMapStringSlice,
  toStringSlice,
  toStringValue,
} from "./coerce.js";
import { type KeyState, notConverted, type Reading } from "./entry.js";
import type { SettingGetters, StringMap } from "./reader-api.js";

const emptyList: readonly never[] = Object.freeze([]);
const emptyMap: StringMap<never> = Object.freeze({});

type Conversion<T> = (value: ConfigValue) => T | undefined;

/** The text of a reading, converted once. */
export function stringOf(reading: Reading): string | undefined {
  if (reading.asString === notConverted) reading.asString = convert(reading, toStringValue);
  return reading.asString;
}

/** The boolean of a reading, converted once. */
export function boolOf(reading: Reading): boolean | undefined {
  if (reading.asBool === notConverted) reading.asBool = convert(reading, toBool);
  return reading.asBool;
}

/** The integer of a reading, converted once. */
export function intOf(reading: Reading): number | undefined {
  if (reading.asInt === notConverted) reading.asInt = convert(reading, toInt);
  return reading.asInt;
}

/** The number of a reading, converted once. */
export function floatOf(reading: Reading): number | undefined {
  if (reading.asFloat === notConverted) reading.asFloat = convert(reading, toFloat64);
  return reading.asFloat;
}

/** The duration of a reading in milliseconds, converted once. */
export function durationOf(reading: Reading): number | undefined {
  if (reading.asDurationMs === notConverted) reading.asDurationMs = convert(reading, toDurationMs);
  return reading.asDurationMs;
}

/** The list of texts of a reading, converted once. */
export function stringSliceOf(reading: Reading): readonly string[] | undefined {
  return rarely(reading, "stringSlice", toStringSlice);
}

function convert<T>(reading: Reading, conversion: Conversion<T>): T | undefined {
  const { value } = reading.state;
  return value === undefined ? undefined : conversion(value);
}

function rarely<T>(reading: Reading, name: string, conversion: Conversion<T>): T | undefined {
  reading.others ??= new Map();
  if (!reading.others.has(name)) reading.others.set(name, convert(reading, conversion));
  return reading.others.get(name) as T | undefined;
}

/** All getters, over one way to look a key up. */
export abstract class Getters implements SettingGetters {
  /** What the key holds; a reading without a value when it is missing. */
  protected abstract reading(key: string): Reading;

  /** Loggers write objects as JSON; no value gets into a log that way. */
  toJSON(): object {
    return {};
  }

  get(key: string): ConfigValue | undefined;
  get<T extends ConfigValue>(key: string, defaultValue: T): ConfigValue | T;
  get(key: string, defaultValue?: ConfigValue): ConfigValue | undefined {
    const { value } = this.reading(key).state;
    return value === undefined ? defaultValue : value;
  }

  getString(key: string, defaultValue = ""): string {
    return stringOf(this.reading(key)) ?? defaultValue;
  }

  getBool(key: string, defaultValue = false): boolean {
    return boolOf(this.reading(key)) ?? defaultValue;
  }

  getInt(key: string, defaultValue = 0): number {
    return intOf(this.reading(key)) ?? defaultValue;
  }

  getInt32(key: string, defaultValue = 0): number {
    return rarely(this.reading(key), "int32", toInt32) ?? defaultValue;
  }

  getInt64(key: string, defaultValue = 0): number {
    return intOf(this.reading(key)) ?? defaultValue;
  }

  getFloat64(key: string, defaultValue = 0): number {
    return floatOf(this.reading(key)) ?? defaultValue;
  }

  getDuration(key: string, defaultValueMs = 0): number {
    return durationOf(this.reading(key)) ?? defaultValueMs;
  }

  getStringSlice(key: string, defaultValue: readonly string[] = emptyList): readonly string[] {
    return stringSliceOf(this.reading(key)) ?? defaultValue;
  }

  getFloat64Slice(key: string, defaultValue: readonly number[] = emptyList): readonly number[] {
    return rarely(this.reading(key), "float64Slice", toFloat64Slice) ?? defaultValue;
  }

  getStringMap(key: string, defaultValue: StringMap<ConfigValue> = emptyMap): StringMap<ConfigValue> {
    return rarely(this.reading(key), "stringMap", toStringMap) ?? defaultValue;
  }

  getStringMapString(key: string, defaultValue: StringMap<string> = emptyMap): StringMap<string> {
    return rarely(this.reading(key), "stringMapString", toStringMapString) ?? defaultValue;
  }

  getStringMapStringSlice(
    key: string,
    defaultValue: StringMap<readonly string[]> = emptyMap,
  ): StringMap<readonly string[]> {
    return rarely(this.reading(key), "stringMapStringSlice", toStringMapStringSlice) ?? defaultValue;
  }

  getSizeInBytes(key: string, defaultValue = 0): number {
    return rarely(this.reading(key), "sizeInBytes", toSizeInBytes) ?? defaultValue;
  }

  isSet(key: string): boolean {
    return this.reading(key).state.value !== undefined;
  }

  getSource(key: string): string {
    return this.reading(key).state.source;
  }

  getAllSources(key: string): readonly SourceValue[] {
    return layersOf(this.reading(key).state);
  }
}

/** Every layer of a state, lowest priority first. */
export function layersOf({ value, source, layers }: KeyState): readonly SourceValue[] {
  if (layers !== undefined) return layers;
  return Object.freeze(value === undefined ? [] : [Object.freeze({ source, value })]);
}
