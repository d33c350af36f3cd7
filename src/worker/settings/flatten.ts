/**
 * Sections to leaves and back to subtrees, for the dialects that send whole sections.
 *
 * Nothing on the wire distinguishes a section from a setting whose value is a map, so the names inside decide: a section's names
 * are setting names (lower case letters, digits, `_` and `-`). A map with any other name in it (dots, slashes, capitals, blanks)
 * is data and stays one leaf, exactly as it was sent. So does an empty map: a section without settings is never sent, while an
 * empty map is a common default. A map that is a leaf in one layer is a leaf in all.
 */

import type { ConfigValue, SourceValue } from "../../shared/types.js";
import { type ConfigMap, isMap } from "../../shared/values/equality.js";

const settingName = /^[a-z0-9_-]+$/;

/** True for a map that is a section: not empty, and all its names are setting names. */
export function isSection(value: ConfigValue): value is ConfigMap {
  if (!isMap(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => settingName.test(name));
}

/** The leaves of a subtree, each with its layers in the given order. */
export type Leaves = Map<string, readonly SourceValue[]>;

/** Flattens what the layers say about the subtree at `key`. */
export function flatten(key: string, layers: readonly SourceValue[]): Leaves {
  const leaves: Leaves = new Map();
  walk(key, layers, leaves);
  return leaves;
}

function walk(path: string, layers: readonly SourceValue[], leaves: Leaves): void {
  // The common case, and there are many: all that follows is about maps and nulls.
  if (layers.every((layer) => typeof layer.value !== "object")) {
    leaves.set(path, layers);
    return;
  }
  const claims = withoutNulls(layers);
  const maps = claims.filter((layer) => isMap(layer.value));
  if (maps.length === 0 || !maps.every((layer) => isSection(layer.value))) {
    leaves.set(path, claims);
    return;
  }
  // One layer says scalar, another says section: both stay readable.
  if (maps.length < claims.length) {
    const scalars = claims.filter((layer) => !isMap(layer.value));
    leaves.set(path, scalars);
  }
  for (const name of childNames(maps)) walk(`${path}.${name}`, childrenOf(maps, name), leaves);
}

/** A null inside a section claims nothing, unless no layer claims anything else. */
function withoutNulls(layers: readonly SourceValue[]): readonly SourceValue[] {
  if (!layers.some((layer) => layer.value === null)) return layers;
  const claims = layers.filter((layer) => layer.value !== null);
  return claims.length > 0 ? claims : layers;
}

function childNames(maps: readonly SourceValue[]): Iterable<string> {
  const [only] = maps;
  if (maps.length === 1 && only !== undefined) return Object.keys(only.value as ConfigMap);
  const names = new Set<string>();
  for (const layer of maps) for (const name of Object.keys(layer.value as ConfigMap)) names.add(name);
  return names;
}

function childrenOf(maps: readonly SourceValue[], name: string): SourceValue[] {
  const children: SourceValue[] = [];
  for (const { source, value } of maps) {
    const map = value as ConfigMap;
    if (Object.hasOwn(map, name)) children.push({ source, value: map[name] as ConfigValue });
  }
  return children;
}

/** `value` with `inner` at the path; what is in the way of the path and is not a section is replaced. */
export function withPath(value: ConfigValue | undefined, path: readonly string[], inner: ConfigValue): ConfigValue {
  const [name, ...rest] = path;
  if (name === undefined) return inner;
  const map = value !== undefined && isMap(value) ? value : {};
  const next = withPath(Object.hasOwn(map, name) ? map[name] : undefined, rest, inner);
  return Object.fromEntries([...Object.entries(map).filter(([key]) => key !== name), [name, next]]);
}

/** `value` without what is at the path; `undefined` when nothing is left. */
export function withoutPath(value: ConfigValue, path: readonly string[]): ConfigValue | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return undefined;
  if (!isMap(value) || !Object.hasOwn(value, name)) return value;
  const inner = withoutPath(value[name] as ConfigValue, rest);
  const others = Object.entries(value).filter(([key]) => key !== name);
  if (inner !== undefined) others.push([name, inner]);
  return others.length === 0 ? undefined : Object.fromEntries(others);
}
