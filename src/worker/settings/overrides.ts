/**
 * Per-client overrides: a namespaced setting is written over a general one as source `agent-runtime`.
 *
 * The written layer takes the place of an `agent-runtime` layer that the core agent itself sends for the target, which
 * comes back when the override is withdrawn. `remote-config` and `cli` still win over it. Rules apply in their order,
 * so a later rule sees what an earlier one wrote and wins where both write the same target.
 */

import { lowerCase } from "../../shared/lower-case.js";
import type { OverrideRule } from "../../shared/params.js";
import type { ResolvedSetting } from "../../shared/types.js";
import { layersOf, type Priority, settle, withLayer } from "./priority.js";

const overrideSource = "agent-runtime";

/** Looks a key up in a state of the configuration. */
export type Lookup = (key: string) => ResolvedSetting | undefined;

/** The rules of one client, with lower-cased keys. */
export function rulesOf(rules: readonly OverrideRule[], clientName: string): readonly OverrideRule[] {
  return rules
    .filter((rule) => rule.clientName === clientName)
    .map((rule) => ({ clientName, from: lowerCase(rule.from), to: lowerCase(rule.to) }));
}

/** The settings that the rules put in place of those of the wire, by target key. */
export function overlayOf(
  rules: readonly OverrideRule[],
  wire: Lookup,
  priority: Priority,
): Map<string, ResolvedSetting> {
  const overlay = new Map<string, ResolvedSetting>();
  const read: Lookup = (key) => overlay.get(key) ?? wire(key);
  for (const { from, to } of rules) {
    const value = read(from)?.value;
    if (typeof value !== "string" || value === "") continue;
    const setting = settle(withLayer(priority, layersOf(wire(to)), overrideSource, value));
    if (setting !== undefined) overlay.set(to, setting);
  }
  return overlay;
}
