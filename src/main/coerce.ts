/**
 * From a setting's value to the type that a getter promises. `undefined`: it cannot be converted, so that the getter
 * gives the caller's default or the zero value. The rules are those of the Go agent's reader, where "cast" is
 * spf13/cast v1.10 and "agent" the agent's own fork of it and its nodetreemodel package (0.85).
 *
 * | conversion | rule | after |
 * |---|---|---|
 * | all | null converts to nothing, so a default applies; without one the result is Go's zero value as well | own |
 * | `toStringValue` | text; bool as `true`/`false`; number in decimal without exponent; nothing else | cast ToStringE |
 * | `toBool` | bool; number other than 0; text as strconv.ParseBool | cast ToBoolE |
 * | `toInt`, `toInt64` | number cut toward zero; bool as 1/0; text as strconv.ParseInt base 0, a decimal fraction is cut off; safe integers only | cast ToIntE; empty text refused as in the agent |
 * | `toInt32` | as `toInt`, within 32 bits (Go wraps around) | cast ToInt32E; range own |
 * | `toFloat64` | number; bool as 1/0; text as strconv.ParseFloat | cast ToFloat64E; empty text refused as in the agent |
 * | `toDurationMs` | number: nanoseconds, cut to whole ones; text: time.ParseDuration, without a unit nanoseconds; result in ms | cast ToDurationE |
 * | `toStringSlice` | list of scalars, null in it as ""; text: a JSON list of texts, else strings.Fields; other scalar: list of one | cast ToStringSliceE; JSON as in the agent |
 * | `toFloat64Slice` | each piece of `toStringSlice` as `toFloat64`; one failure refuses all | agent GetFloat64Slice |
 * | `toStringMap` | map; text: a JSON object | cast ToStringMapE |
 * | `toStringMapString` | map, values as `toStringValue`, else ""; text: a JSON object of texts | cast ToStringMapStringE |
 * | `toStringMapStringSlice` | map, lists as `toStringSlice` or empty, other values as a list of one text; text: a JSON object of lists of texts | cast ToStringMapStringSliceE |
 * | `toSizeInBytes` | number; text with an optional unit b, k, m, g, t, also as kb or KiB, powers of 1,024; a fraction is kept, then cut to bytes; negative refused | agent parseSizeInBytes (b, kb, mb, gb, whole numbers); rest own |
 *
 * Lists and maps that are made here are deeply frozen; those of the setting are frozen already.
 */
import type { ConfigValue } from "../shared/types.js";
import {
  fields,
  formatGoFloat,
  maxDurationNs,
  parseGoBool,
  parseGoDuration,
  parseGoFloat,
  parseGoInt,
} from "./go-text.js";

type StringMap<T> = { readonly [key: string]: T };

export function toStringValue(value: ConfigValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatGoFloat(value);
  return typeof value === "boolean" ? String(value) : undefined;
}

export function toBool(value: ConfigValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  return typeof value === "string" ? parseGoBool(value) : undefined;
}

export function toInt(value: ConfigValue): number | undefined {
  if (typeof value === "number") return safe(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? parseGoInt(withoutFraction(value)) : undefined;
}

export function toInt32(value: ConfigValue): number | undefined {
  const int = toInt(value);
  return int === (int ?? 0) >> 0 ? int : undefined;
}

export function toInt64(value: ConfigValue): number | undefined {
  return toInt(value);
}

export function toFloat64(value: ConfigValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? parseGoFloat(value) : undefined;
}

/** In milliseconds, with a fraction where needed. */
export function toDurationMs(value: ConfigValue): number | undefined {
  if (typeof value === "number") {
    return Math.abs(value) < Number(maxDurationNs) ? (Math.trunc(value) + 0) / 1e6 : undefined;
  }
  if (typeof value !== "string") return undefined;
  const ns = parseGoDuration(/[nsu\u00b5mh]/.test(value) ? value : `${value}ns`);
  return ns === undefined ? undefined : Number(ns) / 1e6;
}

export function toStringSlice(value: ConfigValue): readonly string[] | undefined {
  if (typeof value === "string") return Object.freeze(textList(parseJson(value)) ?? fields(value));
  if (Array.isArray(value)) return listOf(value, (item: ConfigValue) => (item === null ? "" : toStringValue(item)));
  const single = toStringValue(value);
  return single === undefined ? undefined : Object.freeze([single]);
}

export function toFloat64Slice(value: ConfigValue): readonly number[] | undefined {
  return listOf(toStringSlice(value), parseGoFloat);
}

export function toStringMap(value: ConfigValue): StringMap<ConfigValue> | undefined {
  if (typeof value !== "string") return isMap(value) ? value : undefined;
  const parsed = parseJson(value);
  return parsed !== undefined && isMap(parsed) ? deepFreeze(parsed) : undefined;
}

export function toStringMapString(value: ConfigValue): StringMap<string> | undefined {
  if (typeof value === "string") return mapOf(parseJson(value), textOf);
  return mapOf(value, (inner) => toStringValue(inner) ?? "");
}

export function toStringMapStringSlice(value: ConfigValue): StringMap<readonly string[]> | undefined {
  if (typeof value === "string") return mapOf(parseJson(value), textList);
  return mapOf(value, (inner) => (Array.isArray(inner) ? (toStringSlice(inner) ?? []) : [toStringValue(inner) ?? ""]));
}

export function toSizeInBytes(value: ConfigValue): number | undefined {
  const text = typeof value === "number" || typeof value === "string" ? toStringValue(value)?.trim() : undefined;
  if (text === undefined) return undefined;
  const parts = /^\+?(\d+(?:\.\d*)?|\.\d+)\s*(?:([kmgt])i?b?|b)$/i.exec(text);
  if (parts === null) return notNegative(toInt(text));
  const [, amount = "", unit = ""] = parts;
  return safe(Number(amount) * 1024 ** " kmgt".indexOf(unit === "" ? " " : unit.toLowerCase()));
}

function notNegative(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

/** Cut toward zero; adding 0 turns -0 into 0. */
function safe(value: number): number | undefined {
  const int = Math.trunc(value) + 0;
  return Number.isSafeInteger(int) ? int : undefined;
}

/** Cuts the fraction off a plain decimal number, as cast does before it parses an integer. */
function withoutFraction(text: string): string {
  const parts = /^([+-]?)(\d*)\.\d*$/.exec(text);
  return parts === null ? text : `${parts[1]}${parts[2] || "0"}`;
}

function isMap(value: ConfigValue | undefined): value is StringMap<ConfigValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): ConfigValue | undefined {
  try {
    return JSON.parse(text) as ConfigValue;
  } catch {
    return undefined;
  }
}

/** A text in JSON; null counts as an empty one, as in Go. */
function textOf(value: ConfigValue): string | undefined {
  if (value === null) return "";
  return typeof value === "string" ? value : undefined;
}

/** A JSON list of texts; null counts as an empty list, as in Go. */
function textList(value: ConfigValue | undefined): readonly string[] | undefined {
  if (value === null) return [];
  return Array.isArray(value) ? listOf(value, textOf) : undefined;
}

/** All items converted, or nothing. */
function listOf<From, To>(
  items: readonly From[] | undefined,
  convert: (item: From) => To | undefined,
): readonly To[] | undefined {
  if (items === undefined) return undefined;
  const list: To[] = [];
  for (const item of items) {
    const converted = convert(item);
    if (converted === undefined) return undefined;
    list.push(converted);
  }
  return Object.freeze(list);
}

/** All values of a map converted, or nothing. `fromEntries` keeps `__proto__` as an ordinary name. */
function mapOf<To>(
  value: ConfigValue | undefined,
  convert: (inner: ConfigValue) => To | undefined,
): StringMap<To> | undefined {
  if (!isMap(value)) return undefined;
  const entries: [string, To][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const converted = convert(inner);
    if (converted === undefined) return undefined;
    entries.push([key, Array.isArray(converted) ? Object.freeze(converted) : converted]);
  }
  return Object.freeze(Object.fromEntries(entries));
}

function deepFreeze<T extends ConfigValue>(value: T): T {
  if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
