/**
 * Gives a value the type that its key was declared with, as a real core agent does with what files, the environment and `set`
 * give, and as it streams it. Pure. The answers of that agent's own code are in test/fixtures/declared-vectors.json.
 */

import { toBool, toFloat64, toStringSlice, toStringValue } from "../shared/text/go-cast.js";
import { maxDurationNs, parseGoDuration, parseGoFloat, parseGoInt } from "../shared/text/go-text.js";
import type { ConfigValue } from "../shared/types.js";
import type { KeyType } from "./key-types.js";

/** `undefined`: the value cannot be converted, and a real core agent keeps it as it is. */
export function convertToType(value: ConfigValue, type: KeyType): ConfigValue | undefined {
  switch (type) {
    case "bool":
      return toBool(value);
    case "int":
      return toInteger(value);
    case "number":
      return toFloat64(value);
    case "duration":
      return toNanoseconds(value);
    case "string list":
      return toTexts(value);
    case "number list":
      return toNumbers(value);
    case "text":
      return toStringValue(value);
    case "list":
    case "object":
      return value;
  }
}

/** Text only with a fraction of zeros; other numbers are cut. What a double cannot hold exactly stays as near as it is. */
function toInteger(value: ConfigValue): number | undefined {
  if (typeof value === "number") return Math.trunc(value) + 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? parseGoInt(value.replace(/(?<=.)\.0+$/, "")) : undefined;
}

function toNanoseconds(value: ConfigValue): number | undefined {
  if (typeof value === "number") {
    return value >= -Number(maxDurationNs) && value < Number(maxDurationNs) ? Math.trunc(value) + 0 : undefined;
  }
  if (typeof value !== "string") return undefined;
  const ns = parseGoDuration(/[nsu\u00b5mh]/.test(value) ? value : `${value}ns`);
  return ns === undefined ? undefined : Number(ns);
}

/** Null where Go has a list of nothing, as the real core agent streams it: from an empty list, and from JSON's null. */
function toTexts(value: ConfigValue): ConfigValue | undefined {
  if (Array.isArray(value) && value.length === 0) return null;
  if (typeof value === "string" && /^[ \t\r\n]*null[ \t\r\n]*$/.test(value)) return null;
  return toStringSlice(value);
}

function toNumbers(value: ConfigValue): ConfigValue | undefined {
  const numbers: number[] = [];
  for (const text of toStringSlice(value) ?? [""]) {
    const number = parseGoFloat(text);
    if (number === undefined) return undefined;
    numbers.push(number);
  }
  return Object.freeze(numbers);
}
