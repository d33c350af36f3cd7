/** The types of setting values, as texts that a schema interface is made of. See docs/reader.md. Pure. */
import type { ConfigValue } from "configstream-consumer/internal";

/** Such as `number` or `readonly string[]`. */
export type TypeText = string;

/** Keys and the types of their values. */
export type Schema = ReadonlyMap<string, TypeText>;

export const unknownValue: TypeText = "ConfigValue";
export const unknownList: TypeText = "readonly ConfigValue[]";
export const unknownMap: TypeText = "{ readonly [key: string]: ConfigValue }";

/** The type of a value. Nothing is known about what an empty list or map, or null, may hold. */
export function typeOfValue(value: ConfigValue): TypeText {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return typeof value;
  }
  if (value === null) return unknownValue;
  return Array.isArray(value) ? typeOfList(value) : typeOfMap(Object.values(value));
}

function typeOfList(items: readonly ConfigValue[]): TypeText {
  if (items.length === 0) return unknownList;
  if (items.every((item) => typeof item === "string")) return "readonly string[]";
  return items.every((item) => typeof item === "number") ? "readonly number[]" : unknownList;
}

function typeOfMap(items: readonly ConfigValue[]): TypeText {
  if (items.length === 0) return unknownMap;
  if (items.every((item) => typeof item === "string")) return mapOf("string");
  const isListOfTexts = (item: ConfigValue): boolean =>
    Array.isArray(item) && item.every((text) => typeof text === "string");
  return items.every(isListOfTexts) ? mapOf("readonly string[]") : unknownMap;
}

/** The type of a map. */
export function mapOf(inner: TypeText): TypeText {
  return `{ readonly [key: string]: ${inner} }`;
}

/** The type of a list. */
export function listOf(inner: TypeText): TypeText {
  return /^\w+$/.test(inner) ? `readonly ${inner}[]` : `readonly (${inner})[]`;
}

/**
 * Whether a value of one type may be read where another was declared. `Duration` and `Bytes` are numbers or texts; a union holds
 * its members; where nothing is known about a value, nothing can be wrong.
 */
export function fitsDeclared(actual: TypeText, declared: TypeText): boolean {
  const is = normal(actual);
  const said = normal(declared);
  if (is === said || is === unknownValue || said === unknownValue || said === "unknown") return true;
  const members = splitUnion(said);
  if (members.length > 1) return splitUnion(is).every((one) => members.some((member) => fitsDeclared(one, member)));
  if (/^["'].*["']$/.test(said)) return is === "string";
  if (/^-?\d/.test(said)) return is === "number";
  if (said === "true" || said === "false") return is === "boolean";
  if (said === "Duration" || said === "Bytes") return is === "number" || is === "string";
  if (is === "Duration" || is === "Bytes") return said === "number" || said === "string";
  if (isList(said) && isList(is)) return fitsInner(is, said, unknownList);
  return isMap(said) && isMap(is) && fitsInner(is, said, unknownMap);
}

function fitsInner(is: TypeText, said: TypeText, unknown: TypeText): boolean {
  return is === unknown || said === unknown || innerOf(is) === innerOf(said);
}

/** One spelling of each type: blanks, quotes, semicolons and `readonly` before a name make no difference. */
function normal(text: TypeText, depth = 0): TypeText {
  const flat = text.replace(/\s+/g, " ").trim().replaceAll("'", '"');
  const array = /^(?:Readonly)?Array<(.*)>$/.exec(flat)?.[1];
  if (array !== undefined) return listOf(array);
  const record = /^(?:Readonly<)?Record<string, (.*?)>?>$/.exec(flat)?.[1];
  if (record !== undefined) return mapOf(record);
  const map = /^\{ ?(?:readonly )?\[\w+: string\]: (.*?);? ?\}$/.exec(flat)?.[1];
  // No type of a setting is nested deeper.
  if (map !== undefined && depth < 8) return mapOf(normal(map, depth + 1));
  return flat.endsWith("[]") && !flat.startsWith("readonly ") ? `readonly ${flat}` : flat;
}

function isList(text: TypeText): boolean {
  return text.startsWith("readonly ") && text.endsWith("[]");
}

function isMap(text: TypeText): boolean {
  return text.startsWith("{");
}

function innerOf(text: TypeText): TypeText {
  return isList(text) ? text.slice("readonly ".length, -2) : text.replace(/^[^:]*: string\]: /, "").replace(/ \}$/, "");
}

/** The members of a union, those inside brackets and quotes left alone. */
function splitUnion(text: TypeText): readonly TypeText[] {
  const members: string[] = [];
  let depth = 0;
  let quoted = false;
  let member = "";
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    if (!quoted && "{[(<".includes(letter)) depth += 1;
    if (!quoted && "}])>".includes(letter)) depth -= 1;
    if (letter === "|" && depth === 0 && !quoted) {
      members.push(member.trim());
      member = "";
    } else member += letter;
  }
  return [...members, member.trim()].filter((one) => one !== "");
}
