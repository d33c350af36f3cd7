/** What a guard looks at: the value as a getter reads it. */
import {
  toBool,
  toDurationMs,
  toFloat64,
  toInt,
  toSizeInBytes,
  toStringMap,
  toStringSlice,
  toStringValue,
} from "../text/coerce.js";
import type { ConfigValue } from "../types.js";
import type { GuardRule, GuardType } from "./guard-rule.js";

/** Reads a value as a type; `undefined`: it cannot be read so. */
export const conversions: Record<GuardType, (value: ConfigValue) => ConfigValue | undefined> = {
  integer: toInt,
  number: toFloat64,
  boolean: toBool,
  string: toStringValue,
  duration: toDurationMs,
  size: toSizeInBytes,
  list: toStringSlice,
  map: toStringMap,
};

/** Each type in words, as in "must be …". */
export const typeWords: Record<GuardType, string> = {
  integer: "an integer",
  number: "a number",
  boolean: "a boolean",
  string: "a text",
  duration: "a duration",
  size: "a size in bytes",
  list: "a list of texts",
  map: "a map",
};

/** Types whose values are numbers, and those that have a length. */
export const numeric: readonly GuardType[] = ["integer", "number", "duration", "size"];
export const lengthy: readonly GuardType[] = ["string", "list", "map"];

/** The type that a rule says or means; `undefined`: none, the value is looked at as it was sent. */
export function typeOf({
  type,
  min,
  max,
  minLength,
  maxLength,
  pattern,
  oneOf,
  schema,
}: GuardRule): GuardType | undefined {
  if (type !== undefined) return type;
  if (min !== undefined || max !== undefined) return "number";
  if (pattern !== undefined || minLength !== undefined || maxLength !== undefined) return "string";
  const kinds = new Set(oneOf?.map((choice) => typeof choice));
  if (kinds.size === 1) return kinds.values().next().value as "string" | "number" | "boolean";
  const inSchema = (schema as { readonly type?: unknown } | undefined)?.type;
  return schemaTypes.find((name) => name === inSchema);
}

const schemaTypes = ["integer", "number", "boolean", "string"] as const;
