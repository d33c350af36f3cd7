/** Conversions of a reading, made once. */

import { notConverted, type Reading } from "../../memory/reader/entry.js";
import type { ConfigValue } from "../../shared/types.js";
import { toBool, toDurationMs, toFloat64, toInt, toStringSlice, toStringValue } from "./coerce.js";

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

/** A conversion that is rarely hot, by its name; made once. */
export function rarely<T>(reading: Reading, name: string, conversion: Conversion<T>): T | undefined {
  reading.others ??= new Map();
  if (!reading.others.has(name)) reading.others.set(name, convert(reading, conversion));
  return reading.others.get(name) as T | undefined;
}
