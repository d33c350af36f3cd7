/** Which keys exist and what type they have, learned from the defaults and from files. Pure. */
import { InvalidOptionError } from "../shared/errors.js";
import { lowerCase } from "../shared/lower-case.js";
import type { ConfigValue } from "../shared/types.js";

/** How text from the environment is read for a key. */
export type KeyType = "bool" | "int" | "number" | "array" | "object" | "text";

/** One entry of a settings schema. A `null` or absent default makes the key known without giving it a value. */
export interface DefaultSetting {
  readonly key: string;
  /** Such as `bool`, `int`, `number`, `string`, `array`, `object`; an unknown name is read as text. */
  readonly type?: string;
  readonly default?: ConfigValue;
}

/** Defaults by dotted key, or a list of schema entries. */
export type Defaults = Readonly<Record<string, ConfigValue>> | readonly DefaultSetting[];

export interface KnownKeys {
  /** Type of a lower-case dotted key; `undefined` when the key is not known. */
  typeOf(key: string): KeyType | undefined;
  /** True when a known key lies below the given one. */
  isSection(key: string): boolean;
  /** Makes a key known with the type of a value, unless it is known already. Keys are never forgotten. */
  learn(key: string, value: ConfigValue): void;
  entries(): Iterable<readonly [key: string, type: KeyType]>;
}

/** Reads both forms of defaults: the known keys, and the values of the `default` layer. */
export function readDefaults(defaults: Defaults): { known: KnownKeys; values: ReadonlyMap<string, ConfigValue> } {
  const known = createKnownKeys();
  const values = new Map<string, ConfigValue>();
  for (const entry of entriesOf(defaults)) {
    if (typeof entry?.key !== "string" || entry.key === "") {
      throw new InvalidOptionError("An entry of defaults has no key; give every entry a non-empty dotted key.");
    }
    const key = lowerCase(entry.key);
    const value = entry.default ?? null;
    known.add(key, entry.type === undefined ? typeOfValue(value) : typeOfName(entry.type));
    if (value !== null) values.set(key, value);
  }
  return { known, values };
}

/** Either form of defaults as entries. */
export function entriesOf(defaults: Defaults): readonly DefaultSetting[] {
  if (isList(defaults)) return defaults;
  return Object.entries(defaults).map(([key, value]) => ({ key, default: value }));
}

function isList(defaults: Defaults): defaults is readonly DefaultSetting[] {
  return Array.isArray(defaults);
}

function createKnownKeys(): KnownKeys & { add(key: string, type: KeyType): void } {
  const types = new Map<string, KeyType>();
  const sections = new Set<string>();
  const add = (key: string, type: KeyType): void => {
    types.set(key, type);
    for (let dot = key.lastIndexOf("."); dot > 0; dot = key.lastIndexOf(".", dot - 1)) sections.add(key.slice(0, dot));
  };
  return {
    add,
    typeOf: (key) => types.get(key),
    isSection: (key) => sections.has(key),
    learn(key, value) {
      if (!types.has(key)) add(key, typeOfValue(value));
    },
    entries: () => types,
  };
}

function typeOfValue(value: ConfigValue): KeyType {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "number";
  if (Array.isArray(value)) return "array";
  return typeof value === "object" && value !== null ? "object" : "text";
}

function typeOfName(name: string): KeyType {
  const lower = name.toLowerCase();
  if (lower.startsWith("bool")) return "bool";
  if (/^u?int(eger)?(8|16|32|64)?$/.test(lower)) return "int";
  if (/^(number|float(32|64)?|double)$/.test(lower)) return "number";
  if (/^(array|list|slice|\[\])|slice$|\[\]$/.test(lower)) return "array";
  return /^(object|map)/.test(lower) ? "object" : "text";
}
