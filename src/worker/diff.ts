/** Exact comparison of values and settings: what really differs, and nothing else, becomes a change. */
import type { ConfigValue, EffectiveChange, ResolvedSetting, SourceValue } from "../shared/types.js";

/** A value that is a map: neither null, nor a scalar, nor a list. */
export type ConfigMap = { readonly [key: string]: ConfigValue };

/** True for a map, false for null, scalars and lists. */
export function isMap(value: ConfigValue): value is ConfigMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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

/** True when both lists hold the same sources in the same order with equal values. */
export function equalLayers(a: readonly SourceValue[], b: readonly SourceValue[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const left = a[i] as SourceValue;
    const right = b[i] as SourceValue;
    if (left.source !== right.source || !equalValues(left.value, right.value)) return false;
  }
  return true;
}

function equalSettings(a: ResolvedSetting, b: ResolvedSetting): boolean {
  if (a.layers === undefined || b.layers === undefined) {
    return a.layers === b.layers && a.source === b.source && equalValues(a.value, b.value);
  }
  return equalLayers(a.layers, b.layers);
}

/** The change of one key from `before` to `after`; `undefined` when nothing differs. */
export function changeOf(
  key: string,
  before: ResolvedSetting | undefined,
  after: ResolvedSetting | undefined,
): EffectiveChange | undefined {
  if (before === after) return undefined;
  if (before === undefined || after === undefined) {
    return { key, setting: after, oldValue: before?.value, valueChanged: true };
  }
  if (equalSettings(before, after)) return undefined;
  return { key, setting: after, oldValue: before.value, valueChanged: !equalValues(before.value, after.value) };
}

/** Freezes a value with all that it holds, so that it can be shared between states, changes and readers. */
export function deepFreeze(value: ConfigValue): ConfigValue {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner as ConfigValue);
  return Object.freeze(value);
}
