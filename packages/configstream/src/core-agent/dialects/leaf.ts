/** Dotted leaf keys; whatever happened to a key, the update is what wins now. Only where nothing wins, it is a removal. */
import type { WireSetting } from "configstream-consumer/internal";
import type { EffectiveSetting, LayerChange } from "../layer-store.js";
import type { Dialect, EncodeEntry } from "./dialect.js";

export const leafDialect: Dialect = { snapshot: snapshotOf, update: winnerUpdate };

function* snapshotOf(settings: ReadonlyMap<string, EffectiveSetting>, encode: EncodeEntry): Iterable<Buffer> {
  for (const [key, setting] of settings) {
    yield encode(setting, () => ({ source: setting.source, key, value: setting.value, unsetSource: "" }));
  }
}

/** The winner after a change, as an ordinary update; a removal when no layer is left. A hidden layer's change is not told. */
export function winnerUpdate({ key, source, before, after }: LayerChange): WireSetting | undefined {
  if (after === before) return undefined;
  if (after === undefined) return { source: "", key, value: null, unsetSource: source };
  return { source: after.source, key, value: after.value, unsetSource: "" };
}
