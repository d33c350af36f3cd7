/** Which source wins, and lists of layers that are kept in that order: lowest priority first, the last one wins. */

import type { ConfigValue, ResolvedSetting, SourceValue } from "../../shared/types.js";
import { deepFreeze } from "../../shared/values/freeze.js";

/** The source of a setting that names none. */
export const unnamedSource = "unknown";

/** An order of sources. Sources outside it rank just above `unknown`, one like the other. */
export interface Priority {
  /** A larger number wins. */
  rank(source: string): number;
  /** False for a source that is not in the list. */
  isKnown(source: string): boolean;
}

/** The order given by a list of source names, lowest priority first. */
export function createPriority(sources: readonly string[]): Priority {
  const ranks = new Map(sources.map((source, index) => [source, index]));
  // A list without `unknown` still has its neighbour below; without both, unlisted sources rank lowest.
  const strangers = (ranks.get(unnamedSource) ?? ranks.get("default") ?? -1) + 0.5;
  return {
    rank: (source) => ranks.get(source) ?? strangers,
    isKnown: (source) => source === unnamedSource || ranks.has(source),
  };
}

/** `layers` with `value` as the layer of `source`. Among sources of one rank the one that was set last wins. */
export function withLayer(
  priority: Priority,
  layers: readonly SourceValue[],
  source: string,
  value: ConfigValue,
): SourceValue[] {
  const rank = priority.rank(source);
  const below: SourceValue[] = [];
  const above: SourceValue[] = [];
  for (const layer of layers) {
    if (layer.source === source) continue;
    (priority.rank(layer.source) <= rank ? below : above).push(layer);
  }
  return [...below, { source, value }, ...above];
}

/** As {@link withLayer}, for a sender that says that this layer wins: layers above it are gone. */
export function withWinner(
  priority: Priority,
  layers: readonly SourceValue[],
  source: string,
  value: ConfigValue,
): SourceValue[] {
  const merged = withLayer(priority, layers, source, value);
  return merged.slice(0, merged.findIndex((layer) => layer.source === source) + 1);
}

/** `layers` without that of `source`. */
export function withoutLayer(layers: readonly SourceValue[], source: string): readonly SourceValue[] {
  return layers.some((layer) => layer.source === source) ? layers.filter((layer) => layer.source !== source) : layers;
}

/** What a key with these layers resolves to, deeply frozen; `undefined` when there is no layer. */
export function settle(layers: readonly SourceValue[]): ResolvedSetting | undefined {
  return layers.length === 0 ? undefined : settleTop(layers);
}

/** As {@link settle}, of at least one layer. */
export function settleTop(layers: readonly SourceValue[]): ResolvedSetting {
  const winner = layers[layers.length - 1] as SourceValue;
  for (const layer of layers) deepFreeze(layer.value);
  const { source, value } = winner;
  return layers.length === 1 ? { source, value } : { source, value, layers };
}

/** All layers of a setting; none of a key that does not exist. */
export function layersOf(setting: ResolvedSetting | undefined): readonly SourceValue[] {
  if (setting === undefined) return [];
  return setting.layers ?? [{ source: setting.source, value: setting.value }];
}
