/** What writes would lead to, found in a copy of the keys that they name. Pure. */

import { lowerCase } from "configstream-consumer/internal";
import type { LayerWrite } from "./change-set.js";
import { createLayerStore, type EffectiveSetting, type LayerStore } from "./layer-store.js";

/** What a change set that was only tried would lead to. */
export interface Trial {
  /** What each key that was written would resolve to; one that would have no value is missing. Keys are in lower case. */
  readonly settings: ReadonlyMap<string, EffectiveSetting>;
  /** What the log would say of the values, as sentences: one that cannot be converted, a section that cannot be set. */
  readonly warnings: readonly string[];
}

/** @param keys Those that are asked for: of the writes, and of writes that are ignored. @param writes As they would be made: typed. */
export function tryWrites(
  store: Pick<LayerStore, "get">,
  keys: readonly string[],
  writes: Iterable<LayerWrite>,
  sourcePriority: readonly string[],
): ReadonlyMap<string, EffectiveSetting> {
  const copy = createLayerStore(sourcePriority);
  for (const key of keys) copy.restore(lowerCase(key), store.get(key));
  for (const { key, source, value } of writes) {
    if (value === undefined) copy.unset(key, source);
    else copy.set(key, value, source);
  }
  return copy.settings;
}
