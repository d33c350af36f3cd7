/** Dotted leaf keys; whatever happened to a key, the update is what wins now, as senders of v0.84 have it. */
import type { WireSetting } from "configstream-consumer/internal";
import type { EffectiveSetting, LayerChange } from "../settings/layer-store.js";
import { type Dialect, type EncodeEntry, keepsValue, wholeState } from "./dialect.js";

export const leafDialect: Dialect = { snapshot: leafSnapshot, update: winnerUpdate };

/** One entry a key: the value that wins, null included, because null is a value. */
export function* leafSnapshot(settings: ReadonlyMap<string, EffectiveSetting>, encode: EncodeEntry): Iterable<Buffer> {
  for (const [key, setting] of settings) {
    yield encode(setting, () => ({ source: setting.source, key, value: setting.value, unsetSource: "" }));
  }
}

/**
 * The winner after a change, as an ordinary update; a hidden layer's change is not reported. That no layer is left cannot be said in
 * an update, whose null would be a value.
 */
export function winnerUpdate(change: LayerChange): WireSetting | typeof wholeState | undefined {
  const { key, after } = change;
  if (after === undefined) return wholeState;
  if (keepsValue(change)) return undefined;
  return { source: after.source, key, value: after.value, unsetSource: "" };
}
