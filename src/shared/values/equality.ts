/** When two values of settings are the same. Pure. */
import type { ConfigValue } from "../types.js";

/** A value that is a map: neither null, nor a scalar, nor a list. */
export type ConfigMap = { readonly [key: string]: ConfigValue };

/** True for a map, false for null, scalars and lists. */
export function isMap(value: ConfigValue): value is ConfigMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for a list. */
export function isList(value: ConfigValue): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

/** True when two values are the same to every reader: `1` and `"1"` are not, maps with another key order are. */
export function equalValues(a: ConfigValue, b: ConfigValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    // NaN is the only scalar that is not equal to itself; without this it would change at every snapshot.
    return typeof a === "number" && typeof b === "number" && Number.isNaN(a) && Number.isNaN(b);
  }
  if (isMap(a)) return isMap(b) && equalMaps(a, b);
  return !isMap(b) && equalLists(a, b);
}

function equalLists(a: readonly ConfigValue[], b: readonly ConfigValue[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!equalValues(a[i] as ConfigValue, b[i] as ConfigValue)) return false;
  }
  return true;
}

function equalMaps(a: ConfigMap, b: ConfigMap): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    // Only own keys count: `constructor` in one map must not meet the inherited one of the other.
    if (!Object.hasOwn(b, key) || !equalValues(a[key] as ConfigValue, b[key] as ConfigValue)) return false;
  }
  return true;
}
