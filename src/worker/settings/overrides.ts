/**
 * Per-client overrides: a namespaced setting is written over a general one as source `agent-runtime`.
 *
 * The written layer takes the place of an `agent-runtime` layer that the core agent itself sends for the target, which
 * comes back when the override is withdrawn. `remote-config` and `cli` still win over it. Rules apply in their order,
 * so a later rule sees what an earlier one wrote and wins where both write the same target.
 */

import type { OverrideRule } from "../../shared/params.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import type { ResolvedSetting } from "../../shared/types.js";
import { layersOf, type Priority, settle, withLayer } from "./priority.js";

const overrideSource = "agent-runtime";

/** Looks a key up in a state of the configuration. */
export type Lookup = (key: string) => ResolvedSetting | undefined;

/** The settings that rules put in place of those of the wire, by target key. */
export type Overlay = ReadonlyMap<string, ResolvedSetting>;

/** The rules of one client, and what they make of the present state. */
export class Overrides {
  /** Keys that are written. */
  readonly targets: ReadonlySet<string>;
  readonly #rules: readonly OverrideRule[];
  readonly #keys: ReadonlySet<string>;
  readonly #priority: Priority;
  #overlay: Overlay = new Map();

  constructor(rules: readonly OverrideRule[], clientName: string, priority: Priority) {
    this.#rules = rules
      .filter((rule) => rule.clientName === clientName)
      .map((rule) => ({ clientName, from: lowerCase(rule.from), to: lowerCase(rule.to) }));
    this.#priority = priority;
    this.targets = new Set(this.#rules.map(({ to }) => to));
    this.#keys = new Set(this.#rules.flatMap(({ from, to }) => [from, to]));
  }

  /** Whether rules read or write the key. */
  concerns(key: string): boolean {
    return this.#keys.has(key);
  }

  writes(key: string): boolean {
    return this.targets.has(key);
  }

  /** What replaces a key now; `undefined` when the wire decides. */
  present(key: string): ResolvedSetting | undefined {
    return this.#overlay.get(key);
  }

  /** What the rules make of a state of the wire. */
  overlay(wire: Lookup): Overlay {
    const overlay = new Map<string, ResolvedSetting>();
    const read: Lookup = (key) => overlay.get(key) ?? wire(key);
    for (const { from, to } of this.#rules) {
      const value = read(from)?.value;
      if (typeof value !== "string" || value === "") continue;
      const setting = settle(withLayer(this.#priority, layersOf(wire(to)), overrideSource, value));
      if (setting !== undefined) overlay.set(to, setting);
    }
    return overlay;
  }

  /** Takes an overlay for the present one. */
  become(overlay: Overlay): void {
    this.#overlay = overlay;
  }
}
