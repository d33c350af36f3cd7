/** Dotted leaf keys; the snapshot has all layers; a removal names the cleared layer and what is left. */
import type { WireSetting } from "configstream-consumer/internal";
import type { LayerChange } from "../settings/layer-store.js";
import { allLayersSnapshot } from "./all-layers.js";
import { type Dialect, keepsValue } from "./dialect.js";

export const newestDialect: Dialect = { snapshot: allLayersSnapshot, update: updateOf };

function updateOf(change: LayerChange): WireSetting | undefined {
  const { key, after } = change;
  if (change.kind === "set") {
    // Updates name winners only, so a set below the winner says nothing. When that layer wins later, by the removal
    // of the one above, its value travels as the fallback.
    if (after === undefined || keepsValue(change)) return undefined;
    return { source: after.source, key, value: after.value, unsetSource: "" };
  }
  // A hidden layer's removal is reported too: a subscriber may have stored that layer while it was winning, and would fall
  // back to it later.
  return { source: after?.source ?? "", key, value: after?.value ?? null, unsetSource: change.source };
}
