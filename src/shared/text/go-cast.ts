/**
 * From a setting's value to another type, as Go's `cast` does: what the reader's getters and the types of declared keys have in common.
 * `undefined`: it cannot be converted. Lists that are made here are deeply frozen; those of the setting are frozen already.
 */
import type { ConfigValue } from "../types.js";
import { fields, formatGoFloat, parseGoBool, parseGoFloat } from "./go-text.js";

const emptyList: readonly never[] = Object.freeze([]);

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

export function toFloat64(value: ConfigValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? parseGoFloat(value) : undefined;
}

/** Null is how the agent sends an empty list or map that was set at run time. */
export function toStringSlice(value: ConfigValue): readonly string[] | undefined {
  if (value === null) return emptyList;
  if (typeof value === "string") return Object.freeze(textList(parseJson(value)) ?? fields(value));
  if (Array.isArray(value)) return listOf(value, (item: ConfigValue) => toStringValue(item) ?? "");
  const single = toStringValue(value);
  return single === undefined ? undefined : Object.freeze([single]);
}

/** As Go's encoding/json: a number beyond the range of a double makes the whole text unreadable. */
export function parseJson(text: string): ConfigValue | undefined {
  // Open brackets without an end keep the engine's parser busy for far longer than a text that can be read.
  if (/^\s*\[/.test(text) && !text.trimEnd().endsWith("]")) return undefined;
  try {
    const value = JSON.parse(text) as ConfigValue;
    return isFiniteAllThrough(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Deepest nesting of a JSON text that is read: what looks at all of it must not use up the stack. */
const maxDepth = 1_000;

function isFiniteAllThrough(value: ConfigValue, depth = 0): boolean {
  if (typeof value === "object" && value !== null) {
    return depth < maxDepth && Object.values(value).every((inner) => isFiniteAllThrough(inner, depth + 1));
  }
  return typeof value !== "number" || Number.isFinite(value);
}

/** A text in JSON; null counts as an empty one, as in Go. */
export function textOf(value: ConfigValue): string | undefined {
  if (value === null) return "";
  return typeof value === "string" ? value : undefined;
}

/** A JSON list of texts; null counts as an empty list, as in Go. */
export function textList(value: ConfigValue | undefined): readonly string[] | undefined {
  if (value === null) return [];
  return Array.isArray(value) ? listOf(value, textOf) : undefined;
}

/** All items converted, or nothing. */
export function listOf<From, To>(
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
