/**
 * From a setting's value to the type that a getter promises. `undefined`: it cannot be converted, so that the getter
 * gives the caller's default or the zero value.
 *
 * The rules are those of the Go agent's reader, and docs/reader.md lists them, with what differs and why.
 * test/fixtures/reader-vectors.json holds what the agent's own code answers.
 *
 * Lists and maps that are made here are deeply frozen; those of the setting are frozen already.
 */

import type { ConfigValue } from "../types.js";
import { deepFreeze } from "../values/freeze.js";
import { listOf, parseJson, textList, textOf, toStringSlice, toStringValue } from "./go-cast.js";
import { maxDurationNs, maxNumberText, parseGoDuration, parseGoFloat, parseGoInt, trimSpace } from "./go-text.js";

export { toBool, toFloat64, toStringSlice, toStringValue } from "./go-cast.js";

type StringMap<V> = { readonly [name: string]: V };

const emptyMap: StringMap<never> = Object.freeze({});

export function toInt(value: ConfigValue): number | undefined {
  if (typeof value === "number") return safe(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string" || value.length > maxNumberText) return undefined;
  return parseGoInt(withoutFraction(value));
}

export function toInt32(value: ConfigValue): number | undefined {
  const int = toInt(value);
  return int === (int ?? 0) >> 0 ? int : undefined;
}

/** In milliseconds, with a fraction where needed. */
export function toDurationMs(value: ConfigValue): number | undefined {
  if (typeof value === "number") {
    const isInRange = value >= -Number(maxDurationNs) && value < Number(maxDurationNs);
    return isInRange ? (Math.trunc(value) + 0) / 1e6 : undefined;
  }
  if (typeof value !== "string" || value.length > maxNumberText) return undefined;
  const ns = parseGoDuration(/[nsu\u00b5mh]/.test(value) ? value : `${value}ns`);
  return ns === undefined ? undefined : Number(ns) / 1e6;
}

export function toFloat64Slice(value: ConfigValue): readonly number[] | undefined {
  return listOf(toStringSlice(value), parseGoFloat);
}

export function toStringMap(value: ConfigValue): StringMap<ConfigValue> | undefined {
  const map = typeof value === "string" ? jsonObject(value) : (value ?? emptyMap);
  return isMap(map) ? deepFreeze(map) : undefined;
}

export function toStringMapString(value: ConfigValue): StringMap<string> | undefined {
  if (typeof value === "string") return mapOf(jsonObject(value), textOf);
  return mapOf(value ?? emptyMap, (inner) => toStringValue(inner) ?? "");
}

export function toStringMapStringSlice(value: ConfigValue): StringMap<readonly string[]> | undefined {
  if (typeof value === "string") return mapOf(jsonObject(value), textList);
  return mapOf(value ?? emptyMap, (inner) =>
    Array.isArray(inner) ? (toStringSlice(inner) ?? []) : [toStringValue(inner) ?? ""],
  );
}

export function toSizeInBytes(value: ConfigValue): number | undefined {
  const text = typeof value === "number" || typeof value === "string" ? toStringValue(value) : undefined;
  if (text === undefined || text.length > maxNumberText) return undefined;
  const parts = /^(.*?)(?:([kmgt])(?:i?b)?|b)?$/is.exec(trimSpace(text));
  if (parts === null) return undefined;
  const [, before = "", unit = ""] = parts;
  const amount = trimSpace(before);
  const isDecimal = /^\+?(?:\d+\.\d*|\.\d+)$/.test(amount) && !/\.0+$/.test(amount);
  const count = isDecimal ? Number(amount) : toInt(amount);
  return count === undefined
    ? undefined
    : notNegative(safe(count * 1024 ** " kmgt".indexOf(unit.toLowerCase() || " ")));
}

function notNegative(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

/** Cut toward zero; adding 0 turns -0 into 0. */
function safe(value: number): number | undefined {
  const int = Math.trunc(value) + 0;
  return Number.isSafeInteger(int) ? int : undefined;
}

/** Cuts a fraction of zeros off any number, and every fraction off a plain decimal one. */
function withoutFraction(text: string): string {
  const whole = text.replace(/\.0+$/, "");
  if (whole !== text && whole !== "") return whole;
  const parts = /^([+-]?)(\d*)\.\d*$/.exec(text);
  return parts === null ? text : `${parts[1]}${parts[2] || "0"}`;
}

function isMap(value: ConfigValue | undefined): value is StringMap<ConfigValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON text; null counts as an empty object, as in Go. */
function jsonObject(text: string): ConfigValue | undefined {
  const parsed = parseJson(text);
  return parsed === null ? {} : parsed;
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
