/**
 * Updates as senders up to v0.83.3 have them: a set carries its own source and value, though another layer wins, and an unset the
 * cleared source with the value that is left.
 */
import { equalValues, type WireSetting } from "configstream-consumer/internal";
import type { LayerChange } from "../settings/layer-store.js";
import { type Dialect, keepsValue, wholeState } from "./dialect.js";

/** Speaks a dialect with the updates of its older senders. */
export function withOwnUpdates(dialect: Dialect): Dialect {
  return { snapshot: dialect.snapshot, update: ownUpdate };
}

function ownUpdate(change: LayerChange): WireSetting | typeof wholeState | undefined {
  const { kind, key, source, value, before, after } = change;
  if (kind === "set") {
    // Judged by the value that readers have, whichever layer gave it.
    if (value === undefined || (before !== undefined && equalValues(before.value, value))) return undefined;
    return { source, key, value, unsetSource: "" };
  }
  // Those senders report nothing then, because each of their settings has a default; here a reader would keep the key.
  if (after === undefined) return wholeState;
  return keepsValue(change) ? undefined : { source, key, value: after.value, unsetSource: "" };
}
