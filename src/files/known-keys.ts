/** Which keys exist and what type they have, learned from the defaults and from files. Pure. */
import { InvalidOptionError } from "../shared/errors.js";
import { lowerCase } from "../shared/text/lower-case.js";
import type { ConfigValue } from "../shared/types.js";
import { convertToType } from "./convert.js";
import { type KeyType, typeOfName, typeOfValue } from "./key-types.js";

/** One entry of a settings schema. A `null` or absent default makes the key known without giving it a value. */
export interface DefaultSetting {
  readonly key: string;
  /**
   * Such as `bool`, `int`, `number`, `duration`, `string`, `array`, `object`; an unknown name is read as text. Without one, the
   * default decides.
   */
  readonly type?: string;
  /** Type of the items of an `array`: `string`, `number` or `any`. Default: `string`. */
  readonly items?: string;
  readonly default?: ConfigValue;
  /** Environment variables that set the key; the first one that is not empty counts; of an empty list none does. Default: `DD_` and the key. */
  readonly env?: readonly string[];
  /** What stands between the texts of a list in a variable. Default: white space, or JSON. */
  readonly envSeparator?: string;
}

/**
 * Defaults by dotted key, or a list of schema entries. In the first form a plain object that is not empty is a section:
 * `{ my_agent: { port: 8126 } }` is `{ "my_agent.port": 8126 }`. A map with dots in its names is one value there, and so is every
 * default in the second form.
 */
export type Defaults = Readonly<Record<string, ConfigValue>> | readonly DefaultSetting[];

/** How a key is read from the environment. */
export interface EnvRule {
  readonly type: KeyType;
  /** `undefined`: the one that is made of the key; an empty list: none. */
  readonly variables?: readonly string[] | undefined;
  readonly separator?: string | undefined;
}

export interface KnownKeys {
  /** Type of a lower-case dotted key that was declared by a default; `undefined` for keys that only files made known. */
  declaredType(key: string): KeyType | undefined;
  /** True when a declared key lies below the given one. */
  isSection(key: string): boolean;
  /** Makes a key known with the type of a value, unless it is known already. Keys are never forgotten. */
  learn(key: string, value: ConfigValue): void;
  /** All known keys. */
  entries(): Iterable<readonly [key: string, rule: EnvRule]>;
}

/** Reads both forms of defaults: the known keys, and the values of the `default` layer. */
export function readDefaults(defaults: Defaults): { known: KnownKeys; values: ReadonlyMap<string, ConfigValue> } {
  const rules = new Map<string, EnvRule>();
  const sections = new Set<string>();
  const values = new Map<string, ConfigValue>();
  for (const entry of entriesOf(defaults)) {
    const { key, rule, value } = checkEntry(entry);
    rules.set(key, rule);
    for (let dot = key.lastIndexOf("."); dot > 0; dot = key.lastIndexOf(".", dot - 1)) sections.add(key.slice(0, dot));
    if (value !== null) values.set(key, value);
  }
  const learned = new Map<string, EnvRule>();
  return {
    values,
    known: {
      declaredType: (key) => rules.get(key)?.type,
      isSection: (key) => sections.has(key) && !rules.has(key),
      learn(key, value) {
        if (!rules.has(key) && !learned.has(key)) learned.set(key, { type: typeOfValue(value) });
      },
      *entries() {
        yield* rules;
        yield* learned;
      },
    },
  };
}

/** Either form of defaults as entries. */
export function entriesOf(defaults: Defaults): readonly DefaultSetting[] {
  if (isList(defaults)) return defaults;
  return [...nestedLeaves(defaults)].map(([key, value]) => ({ key, default: value }));
}

/** Settings by dotted key, where plain objects that are not empty are sections, unless a name in them holds a dot. */
export function* nestedLeaves(
  settings: Readonly<Record<string, ConfigValue>>,
  prefix = "",
): Iterable<readonly [key: string, value: ConfigValue]> {
  for (const [name, value] of Object.entries(settings)) {
    const key = `${prefix}${name}`;
    if (isSectionObject(value)) yield* nestedLeaves(value, `${key}.`);
    else yield [key, value];
  }
}

function isSectionObject(value: ConfigValue): value is Readonly<Record<string, ConfigValue>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && !names.some((name) => name.includes(".") || name === "");
}

function checkEntry(entry: DefaultSetting): { key: string; rule: EnvRule; value: ConfigValue } {
  if (typeof entry?.key !== "string" || entry.key === "") {
    throw new InvalidOptionError("An entry of defaults has no key; give every entry a non-empty dotted key.");
  }
  const { env } = entry;
  if (env !== undefined && !(Array.isArray(env) && env.every((name) => typeof name === "string" && name !== ""))) {
    throw new InvalidOptionError(`The entry of defaults for "${entry.key}" has an "env" that is no list of names.`);
  }
  const value = entry.default ?? null;
  const type = entry.type === undefined ? typeOfValue(value) : typeOfName(entry.type, entry.items);
  const converted = value === null || entry.type === undefined ? value : (convertToType(value, type) ?? value);
  return {
    key: lowerCase(entry.key),
    rule: { type, variables: env, separator: entry.envSeparator },
    // A list without items stays one: the default is not converted by a real core agent.
    value: converted === null ? value : converted,
  };
}

function isList(defaults: Defaults): defaults is readonly DefaultSetting[] {
  return Array.isArray(defaults);
}
