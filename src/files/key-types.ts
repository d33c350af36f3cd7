/** The types that a key can be declared with, and how they are named. Pure. */
import type { ConfigValue } from "../shared/types.js";

/** How values of a key are read. */
export type KeyType =
  | "bool"
  | "int"
  | "number"
  | "duration"
  | "string list"
  | "number list"
  | "list"
  | "object"
  | "text";

/** The type that a value without a declared one has; of an empty list: texts, because most lists are. */
export function typeOfValue(value: ConfigValue): KeyType {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "number";
  if (Array.isArray(value)) return typeOfItems(value);
  return typeof value === "object" && value !== null ? "object" : "text";
}

function typeOfItems(items: readonly ConfigValue[]): KeyType {
  if (items.every((item) => typeof item === "string")) return "string list";
  return items.every((item) => typeof item === "number") ? "number list" : "list";
}

/**
 * The type that a name in a schema stands for; an unknown one is text.
 *
 * @param items The name of the type of a list's items, where it is declared by itself; without one, a list holds texts.
 */
export function typeOfName(name: string, items?: string): KeyType {
  const lower = name.toLowerCase();
  if (lower.startsWith("bool")) return "bool";
  if (lower.startsWith("duration")) return "duration";
  if (isInteger(lower)) return "int";
  if (isNumber(lower)) return "number";
  if (/^(object|map)/.test(lower)) return "object";
  const item = /^\[\](.*)$/.exec(lower)?.[1] ?? /^(.*?)(?:\[\]|_?slice|_?list)$/.exec(lower)?.[1];
  if (item === undefined && !/^(array|list|slice)/.test(lower)) return "text";
  return typeOfItemName(items?.toLowerCase() ?? item ?? "");
}

function typeOfItemName(name: string): KeyType {
  if (isInteger(name) || isNumber(name)) return "number list";
  return /^(any|object|map|interface)/.test(name) ? "list" : "string list";
}

function isInteger(name: string): boolean {
  return /^u?int(eger)?(8|16|32|64)?$/.test(name);
}

function isNumber(name: string): boolean {
  return /^(number|float(32|64)?|double)$/.test(name);
}
