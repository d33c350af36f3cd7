/** From the nested maps of a file to dotted leaves, as a real core agent puts them into its tree. Pure. */
import { lowerCase } from "../shared/text/lower-case.js";
import type { ConfigValue } from "../shared/types.js";
import { copyValue, defineEntry } from "../shared/values/copy-value.js";
import { convertToType } from "./convert.js";
import type { KnownKeys } from "./known-keys.js";
import type { YamlMap, YamlNote, YamlReading, YamlValue } from "./yaml-tree.js";

/** What of the known keys decides what a map is, and what type a value has: the declared ones, so that a file always means the same. */
export type KeyShapes = Pick<KnownKeys, "declaredType" | "isSection">;

/**
 * A map is a section unless its key was declared with a type, and a name with dots is a path. A value of a declared key has its type
 * from then on. `note` takes what is ignored, or kept as it is.
 */
export function leavesOf(reading: YamlReading, known: KeyShapes, note: YamlNote): Map<string, ConfigValue> {
  const leaves = new Map<string, ConfigValue>();
  const walk = (map: YamlMap, prefix: string): void => {
    /** The names so far, in lower case; made when one is not, because two spellings need such a one. */
    let names: Set<string> | undefined;
    for (const [name, value] of map) {
      const lower = lowerCase(name);
      const key = `${prefix}${lower}`;
      if (lower !== name) names ??= namesBefore(map, name);
      if (names?.has(lower))
        note(reading.lineOf(map, name), `the key ${quoted(key)} is there in two spellings; the last one counts`);
      names?.add(lower);
      if (hasEmptyPart(lower)) {
        const below = prefix && ` below ${quoted(prefix.slice(0, -1))}`;
        note(reading.lineOf(map, name), `a key${below} has an empty name; it is ignored`);
      } else put(key, value, map, name);
    }
  };
  const put = (key: string, value: YamlValue, map: YamlMap, name: string): void => {
    const say = (sentence: string): void => note(reading.lineOf(map, name), sentence);
    // A key without a value, such as a section whose lines are all commented out, sets nothing.
    if (value === null) return;
    const type = known.declaredType(key);
    if (type === undefined && value instanceof Map) {
      walk(value, `${key}.`);
    } else if (type === undefined && known.isSection(key)) {
      say(`the key ${quoted(key)} is a section and is given a value; it is ignored`);
    } else {
      const plain = copyValue(key, toValue(value));
      const converted = type === undefined ? plain : convertToType(plain, type);
      const fits = converted !== undefined && value instanceof Map === (type === "object");
      if (type !== undefined && !fits) say(`the value of ${quoted(key)} does not read as ${type}; it is kept as it is`);
      leaves.set(key, converted === undefined ? plain : converted);
    }
  };
  if (reading.root instanceof Map) walk(reading.root, "");
  return leaves;
}

/** Of a map that has no other spellings before this name. */
function namesBefore(map: YamlMap, name: string): Set<string> {
  const names = new Set<string>();
  for (const each of map.keys()) {
    if (each === name) break;
    names.add(each);
  }
  return names;
}

/** True when one of the parts between the dots of a name is empty. */
function hasEmptyPart(name: string): boolean {
  return name === "" || name.startsWith(".") || name.endsWith(".") || name.includes("..");
}

function quoted(key: string): string {
  return JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
}

/** Nested maps as plain objects, whose names may be any text. */
export function toValue(value: YamlValue): ConfigValue {
  if (value instanceof Map) {
    const object: { [name: string]: ConfigValue } = {};
    for (const [name, item] of value) defineEntry(object, name, toValue(item));
    return object;
  }
  return Array.isArray(value) ? (value as readonly YamlValue[]).map(toValue) : (value as ConfigValue);
}

/**
 * Merges the leaves of several files; later ones win. A later leaf also replaces an earlier section of the same name,
 * and a later section an earlier leaf.
 */
export function mergeLeaves(files: readonly ReadonlyMap<string, ConfigValue>[]): ReadonlyMap<string, ConfigValue> {
  const [first, ...others] = files;
  if (first === undefined || others.length === 0) return first ?? new Map();
  const merged = new Map(first);
  for (const leaves of others) {
    for (const key of leaves.keys()) for (const parent of parentsOf(key)) merged.delete(parent);
    for (const key of merged.keys()) if (parentsOf(key).some((parent) => leaves.has(parent))) merged.delete(key);
    for (const [key, value] of leaves) merged.set(key, value);
  }
  return merged;
}

function parentsOf(key: string): string[] {
  const parents: string[] = [];
  for (let dot = key.lastIndexOf("."); dot > 0; dot = key.lastIndexOf(".", dot - 1)) parents.push(key.slice(0, dot));
  return parents;
}
