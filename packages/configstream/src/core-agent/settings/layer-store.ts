/** All settings of the core agent, in layers by source. Pure: no clock, no I/O. */

import { type ConfigValue, equalValues, lowerCase, type SourceValue } from "configstream-consumer/internal";

/** What a key resolves to: the winning value, where it came from, and every layer that claims the key. */
export interface EffectiveSetting {
  readonly value: ConfigValue;
  /** Source of the winning value. */
  readonly source: string;
  /** All layers that hold the key, lowest priority first; the last one wins. */
  readonly layers: readonly SourceValue[];
}

/** One real change of one layer. */
export interface LayerChange {
  readonly kind: "set" | "unset";
  /** Lower-case dotted key. */
  readonly key: string;
  /** The layer that changed. */
  readonly source: string;
  /** What that layer holds now; `undefined` when it no longer holds the key. */
  readonly value: ConfigValue | undefined;
  /** What won before; the same object as `after` when the changed layer neither won nor wins. */
  readonly before: SourceValue | undefined;
  /** What wins now; `undefined` when no layer is left. */
  readonly after: SourceValue | undefined;
}

export interface LayerStore {
  readonly size: number;
  /** Live map of all settings. Its values are immutable. */
  readonly settings: ReadonlyMap<string, EffectiveSetting>;
  get(key: string): EffectiveSetting | undefined;
  /**
   * Gives a key a value in one layer. `undefined` when the layer already held an equal value. Key and value must be as `checkSetting` gives
   * them: whatever settings come from judges them, once.
   */
  set(key: string, value: ConfigValue, source: string): LayerChange | undefined;
  /** Clears a key, in lower case, in one layer. `undefined` when the layer did not hold it. */
  unset(key: string, source: string): LayerChange | undefined;
  /** Puts a key back to what it was. */
  restore(key: string, setting: EffectiveSetting | undefined): void;
}

/** Compares two source names for sorting, lowest priority first; 0 only for the same name. */
export type SourceOrder = (a: string, b: string) => number;

/** @param sourcePriority Source names, lowest priority first. Others rank just above `unknown`. */
export function createSourceOrder(sourcePriority: readonly string[]): SourceOrder {
  const ranks = new Map(sourcePriority.map((source, index) => [source, index]));
  const unlistedRank = (ranks.get("unknown") ?? -1) + 0.5;
  const rankOf = (source: string): number => ranks.get(source) ?? unlistedRank;
  // Names break the tie between unlisted sources, so that the winner does not depend on the order of calls.
  return (a, b) => rankOf(a) - rankOf(b) || Number(a > b) - Number(a < b);
}

/** @param sourcePriority As for {@link createSourceOrder}. */
export function createLayerStore(sourcePriority: readonly string[]): LayerStore {
  const settings = new Map<string, EffectiveSetting>();
  const order = createSourceOrder(sourcePriority);

  return {
    settings,
    get size() {
      return settings.size;
    },
    get: (key) => settings.get(lowerCase(key)),
    set(key, value, source) {
      const current = settings.get(key);
      const layers = current === undefined ? [] : current.layers.slice();
      const index = layers.findIndex((layer) => layer.source === source);
      const layer: SourceValue = { source, value };
      if (index >= 0) {
        if (equalValues((layers[index] as SourceValue).value, value)) return undefined;
        layers[index] = layer;
      } else {
        const above = layers.findIndex((other) => order(source, other.source) < 0);
        layers.splice(above < 0 ? layers.length : above, 0, layer);
      }
      const after = layers[layers.length - 1] as SourceValue;
      settings.set(key, effective(layers, after));
      return { kind: "set", key, source, value, before: current?.layers.at(-1), after };
    },
    unset(key, source) {
      const current = settings.get(key);
      if (current === undefined) return undefined;
      const layers = current.layers.filter((layer) => layer.source !== source);
      if (layers.length === current.layers.length) return undefined;
      const after = layers.at(-1);
      if (after === undefined) settings.delete(key);
      else settings.set(key, effective(layers, after));
      return { kind: "unset", key, source, value: undefined, before: current.layers.at(-1), after };
    },
    restore(key, setting) {
      if (setting === undefined) settings.delete(key);
      else settings.set(key, setting);
    },
  };
}

function effective(layers: readonly SourceValue[], winner: SourceValue): EffectiveSetting {
  return { value: winner.value, source: winner.source, layers };
}

/** What must be done to one layer to bring it from one content to another: only the real differences. */
export function diffLayer(
  before: ReadonlyMap<string, ConfigValue>,
  after: ReadonlyMap<string, ConfigValue>,
): { readonly removed: readonly string[]; readonly changed: ReadonlyMap<string, ConfigValue> } {
  const removed = [...before.keys()].filter((key) => !after.has(key));
  const changed = new Map<string, ConfigValue>();
  for (const [key, value] of after) {
    const old = before.get(key);
    if (old === undefined || !equalValues(old, value)) changed.set(key, value);
  }
  return { removed, changed };
}
