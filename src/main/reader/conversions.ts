/** Conversions of a reading, made once. What cannot be converted leaves its name in the reading. */

import { type KeyState, notConverted, type Reading } from "../../memory/reader/entry.js";
import { isChosen, type Section } from "../../memory/reader/section.js";
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
} from "../../shared/text/coerce.js";
import type { ConfigValue } from "../../shared/types.js";
import type { StringMap } from "./schema.js";

/** The text of a reading, converted once. */
export function stringOf(reading: Reading): string | undefined {
  if (reading.asString === notConverted) reading.asString = convert(reading, "a text", toStringValue);
  return reading.asString;
}

/** The boolean of a reading, converted once. */
export function boolOf(reading: Reading): boolean | undefined {
  if (reading.asBool === notConverted) reading.asBool = convert(reading, "a boolean", toBool);
  return reading.asBool;
}

/** The integer of a reading, converted once. */
export function intOf(reading: Reading): number | undefined {
  if (reading.asInt === notConverted) reading.asInt = convert(reading, "an integer", toInt);
  return reading.asInt;
}

/** The number of a reading, converted once. */
export function floatOf(reading: Reading): number | undefined {
  if (reading.asFloat === notConverted) reading.asFloat = convert(reading, "a number", toFloat64);
  return reading.asFloat;
}

/** The duration of a reading in milliseconds, converted once. */
export function durationOf(reading: Reading): number | undefined {
  if (reading.asDurationMs === notConverted) reading.asDurationMs = convert(reading, "a duration", toDurationMs);
  return reading.asDurationMs;
}

/** The integer of 32 bits of a reading, converted once. */
export function int32Of(reading: Reading): number | undefined {
  return rarely(reading, "an integer of 32 bits", toInt32);
}

/** The size of a reading in bytes, converted once. */
export function sizeOf(reading: Reading): number | undefined {
  return rarely(reading, "a size in bytes", toSizeInBytes);
}

/** The list of texts of a reading, converted once. */
export function stringSliceOf(reading: Reading): readonly string[] | undefined {
  return rarely(reading, "a list of texts", toStringSlice);
}

/** The list of numbers of a reading, converted once. */
export function float64SliceOf(reading: Reading): readonly number[] | undefined {
  return rarely(reading, "a list of numbers", toFloat64Slice);
}

/** What `get` gives: the value, or the section when the value is no more than YAML's `proxy:`. */
export function valueIn(reading: Reading, section: Section | undefined): ConfigValue | undefined {
  return whole(reading, section).state.value;
}

/** The map of a reading or section, converted once. */
export function stringMapOf(reading: Reading, section: Section | undefined): StringMap<ConfigValue> | undefined {
  return rarely(whole(reading, section), "a map", toStringMap);
}

/** The map of texts of a reading or section, converted once. */
export function stringMapStringOf(reading: Reading, section: Section | undefined): StringMap<string> | undefined {
  return rarely(whole(reading, section), "a map of texts", toStringMapString);
}

/** The map of lists of a reading or section, converted once. */
export function stringMapStringSliceOf(
  reading: Reading,
  section: Section | undefined,
): StringMap<readonly string[]> | undefined {
  return rarely(whole(reading, section), "a map of lists of texts", toStringMapStringSlice);
}

/** Whether the key, or one below it, has a value. */
export function isSetIn({ state }: Reading, section: Section | undefined): boolean {
  return hasValue(state) || (section?.readings.some(({ value }) => value !== null) ?? false);
}

/** Whether the value of the key, or of one below it, was chosen. */
export function isConfiguredIn({ state }: Reading, section: Section | undefined): boolean {
  if (hasValue(state)) return isChosen(state.source);
  return section?.readings.some(({ source, value }) => isChosen(source) && value !== null) ?? false;
}

/** The source of the winning value; empty when there is none. */
export function sourceOf({ state }: Reading): string {
  return state.source;
}

/** Whether a key holds anything but null. */
export function hasValue({ value }: KeyState): boolean {
  return value !== undefined && value !== null;
}

function whole(reading: Reading, section: Section | undefined): Reading {
  return section === undefined || hasValue(reading.state) ? reading : section.reading;
}

/** A conversion that is rarely asked for through a handle, by its name; made once. */
function rarely<T>(reading: Reading, into: string, conversion: (value: ConfigValue) => T | undefined): T | undefined {
  reading.others ??= new Map();
  if (!reading.others.has(into)) reading.others.set(into, convert(reading, into, conversion));
  return reading.others.get(into) as T | undefined;
}

function convert<T>(reading: Reading, into: string, conversion: (value: ConfigValue) => T | undefined): T | undefined {
  const { value } = reading.state;
  const converted = value === undefined ? undefined : conversion(value);
  // A null is the agent's empty list or map: no mistake.
  if (converted === undefined && value !== undefined && value !== null) {
    reading.unreadableAs ??= [];
    reading.unreadableAs.push(into);
  }
  return converted;
}
