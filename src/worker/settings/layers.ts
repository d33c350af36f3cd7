/**
 * The layer store: everything that the core agent claims, by key and source, and what each key resolves to.
 *
 * Every change is staged first, so that a publisher may refuse it: until `commit` the store is as it was. An update
 * costs what it changes, whatever the number of keys. The dialects are told apart in dialect.ts.
 */

import { equalValues } from "../../shared/equality.js";
import { ConfigStreamError } from "../../shared/errors.js";
import { lowerCase } from "../../shared/lower-case.js";
import type { EngineParams, OverrideRule } from "../../shared/params.js";
import type { EffectiveChange, ResolvedSetting, SourceValue, WireSetting } from "../../shared/types.js";
import type { SavedSetting } from "../cache/saved-settings.js";
import { layersOfClaim, type Mode, type Survey, survey, type Told } from "./dialects.js";
import { changeOf, equalLayers } from "./diff.js";
import { isSection, type Leaves } from "./flatten.js";
import { KeyTree } from "./key-tree.js";
import { editsOf, type LayerEdits, type LeafUpdate } from "./leaf-update.js";
import { overlayOf, rulesOf } from "./overrides.js";
import { createPriority, layersOf, type Priority, settle, unnamedSource, withLayer } from "./priority.js";
import { leavesOf, locate, type SectionClaims, updateSection } from "./section-claims.js";

/** What the store needs to know. */
export type LayerParams = Pick<EngineParams, "sourcePriority" | "overrides" | "clientName" | "limits"> & {
  readonly dialect: Told;
};

/** A next state of the store. Nothing has changed until it is committed. */
export interface Staged {
  /** What really differs from the present state, overrides included; each key at most once. */
  readonly changes: readonly EffectiveChange[];
  /** Settings of this message whose source is missing in the priority list. */
  readonly unknownSources: number;
  /** Makes this the present state. Throws `internal` when the store has moved on since it was staged. */
  commit(): void;
}

/** How the wire's part of the state changes. `undefined` removes a key. */
interface Draft {
  readonly edits: Map<string, ResolvedSetting | undefined>;
  readonly unknownSources: number;
  readonly mode: Mode;
  readonly claims: SectionClaims | undefined;
  /** One section's new layers, when an update changed only it. */
  readonly section?: readonly [string, readonly SourceValue[]];
  /** The edits are all there is, and none is a removal: their map becomes that of the entries. */
  readonly isWhole?: boolean;
}

export class LayerStore {
  readonly #dialect: Told;
  readonly #maxKeys: number;
  readonly #priority: Priority;
  readonly #rules: readonly OverrideRule[];
  /** Keys that overrides read or write. */
  readonly #inRules: ReadonlySet<string>;
  /** What each key resolves to by the wire alone. */
  #entries = new Map<string, ResolvedSetting>();
  /** What overrides put in place of entries. */
  #overlay: ReadonlyMap<string, ResolvedSetting> = new Map();
  #mode: Mode;
  /** Whole sections, in the modes that receive them. */
  #claims: SectionClaims | undefined;
  /** Built when first needed, kept up to date from then on. */
  #tree: KeyTree | undefined;
  #version = 0;

  constructor(params: LayerParams) {
    this.#dialect = params.dialect;
    this.#maxKeys = params.limits.maxKeys;
    this.#priority = createPriority(params.sourcePriority);
    this.#rules = rulesOf(params.overrides, params.clientName);
    this.#inRules = new Set(this.#rules.flatMap(({ from, to }) => [from, to]));
    this.#mode = survey([], params.dialect, this.#priority).mode;
  }

  /**
   * Stages a whole new state: what the snapshot does not claim is withdrawn.
   * Throws `limit_exceeded` when there would be more than `limits.maxKeys` keys.
   */
  applySnapshot(settings: readonly WireSetting[]): Staged {
    const found = survey(settings, this.#dialect, this.#priority);
    const flat = found.mode === "leaf" || found.mode === "layered-leaf";
    const wanted = flat ? found.claims : flattenAll(found.claims);
    const claims = keepsSections(found.mode)
      ? new Map([...found.claims].map(([key, claim]) => [key, layersOfClaim(claim)]))
      : undefined;
    // To a fresh store, everything in a snapshot is new.
    const isWhole = this.#entries.size === 0;
    return this.#stage({
      edits: isWhole ? settleAll(wanted, !flat || found.layered) : this.#difference(wanted),
      unknownSources: found.unknownSources,
      mode: found.mode,
      claims,
      isWhole,
    });
  }

  /** Stages the change of one setting. Throws as {@link applySnapshot} does. */
  applyUpdate(setting: WireSetting): Staged {
    const { unsetSource, value } = setting;
    const key = lowerCase(setting.key);
    const usual = this.#stageUsual(key, setting);
    if (usual !== undefined) return usual;
    const source = setting.source === "" && unsetSource === "" ? unnamedSource : setting.source;
    const update: LeafUpdate = { key, source, value, unsetSource };
    const unknownSources = source === "" || this.#priority.isKnown(source) ? 0 : 1;
    const mode = this.#modeFor(update);
    return this.#stage(
      keepsSections(mode)
        ? { ...this.#updateSection(update, mode), unknownSources, mode }
        : { edits: this.#updateLeaf(update, mode), unknownSources, mode, claims: undefined },
    );
  }

  /** What the wire claims for each key, overrides left out. A copy. */
  claims(): SavedSetting[] {
    return Array.from(this.#entries, ([key, setting]) => [key, layersOf(setting)]);
  }

  /**
   * Stages what an earlier process had received, in an empty store. It is settled by the present order of the sources. Throws
   * as {@link applySnapshot} does.
   */
  restore(settings: readonly SavedSetting[]): Staged {
    const edits: Draft["edits"] = new Map();
    for (const [key, saved] of settings) {
      let layers: readonly SourceValue[] = [];
      for (const { source, value } of saved) layers = withLayer(this.#priority, layers, source, value);
      edits.set(key, settle(layers));
    }
    return this.#stage({ edits, unknownSources: 0, mode: this.#mode, claims: undefined });
  }

  /**
   * The usual update in one step: a value for a leaf that is there, from the one source that it has. All else,
   * `undefined`, takes the way that knows of sections, layers, removals and overrides, and comes to the same for this one.
   */
  #stageUsual(key: string, after: WireSetting): Staged | undefined {
    const { source, value, unsetSource } = after;
    if (this.#mode !== "leaf" && this.#mode !== "layered-leaf") return undefined;
    if (value === null || unsetSource !== "" || this.#inRules.has(key)) return undefined;
    const before = this.#entries.get(key);
    if (before === undefined || before.layers !== undefined || before.source !== source) return undefined;
    const change = changeOf(key, before, after);
    const version = this.#version;
    return {
      changes: change === undefined ? [] : [change],
      unknownSources: this.#priority.isKnown(source) ? 0 : 1,
      commit: () => {
        this.#moveOn(version);
        this.#entries.set(key, after);
      },
    };
  }

  /** A snapshot without dotted keys left open what the sender speaks; an update of a leaf inside a section tells. */
  #modeFor({ key, unsetSource }: LeafUpdate): Mode {
    const tells = unsetSource !== "" || (key.includes(".") && !this.#claims?.has(key));
    if (this.#mode !== "sections" || !tells) return this.#mode;
    const sections = [...(this.#claims ?? [])].some(([, layers]) => layers.some((layer) => isSection(layer.value)));
    return sections ? "section-merged" : "leaf";
  }

  #updateLeaf(update: LeafUpdate, mode: Mode): Draft["edits"] {
    return this.#settleAll(
      editsOf(update, {
        get: (key) => this.#entries.get(key),
        below: (key) => this.#below(key),
        priority: this.#priority,
        sections: mode === "section-merged",
        lenient: this.#dialect === "auto",
        namesWinner: mode !== "layered-leaf",
        nullIsValue: this.#dialect === "newest" || this.#dialect === "layered-leaf",
      }),
    );
  }

  #updateSection(update: LeafUpdate, mode: Mode): Pick<Draft, "edits" | "claims" | "section"> {
    const claims = this.#claims ?? new Map();
    const { section, path } = locate(claims, update.key);
    const before = claims.get(section) ?? [];
    // A section of one source leaves the others alone; a leaf outside of sections is the winner in either dialect.
    const namesWinner = mode === "sections" && !isSection(update.value);
    const after = updateSection(before, path, update, this.#priority, namesWinner);
    const leaves = leavesOf(section, after);
    const edits: LayerEdits = new Map();
    for (const key of leavesOf(section, before).keys()) if (!leaves.has(key)) edits.set(key, []);
    for (const [key, layers] of leaves) {
      if (!equalLayers(layersOf(this.#entries.get(key)), layers)) edits.set(key, layers);
    }
    return { edits: this.#settleAll(edits), claims, section: [section, after] };
  }

  /** The edits that lead from the present entries to exactly the wanted claims. */
  #difference(wanted: Survey["claims"]): Draft["edits"] {
    const edits: Draft["edits"] = new Map();
    let kept = 0;
    for (const [key, claim] of wanted) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) kept++;
      if (entry === undefined || !matches(entry, claim)) edits.set(key, settleClaim(claim));
    }
    if (kept < this.#entries.size) {
      for (const key of this.#entries.keys()) if (!wanted.has(key)) edits.set(key, undefined);
    }
    return edits;
  }

  #settleAll(edits: LayerEdits): Draft["edits"] {
    return new Map([...edits].map(([key, layers]) => [key, settle(layers)]));
  }

  #below(key: string): readonly string[] {
    this.#tree ??= new KeyTree(this.#entries.keys());
    return this.#tree.hasBelow(key) ? [...this.#tree.below(key)].filter((path) => this.#entries.has(path)) : [];
  }

  #stage(draft: Draft): Staged {
    const wire = (key: string) => (draft.edits.has(key) ? draft.edits.get(key) : this.#entries.get(key));
    const overlay = overlayOf(this.#rules, wire, this.#priority);
    this.#checkKeyCount(draft.edits, overlay);
    const targets = new Set(this.#rules.map((rule) => rule.to));
    const changes: EffectiveChange[] = [];
    const note = (change: EffectiveChange | undefined) => change !== undefined && changes.push(change);
    for (const [key, after] of draft.edits) {
      if (!targets.has(key)) note(changeOf(key, this.#entries.get(key), after));
    }
    for (const key of targets) {
      note(changeOf(key, this.#overlay.get(key) ?? this.#entries.get(key), overlay.get(key) ?? wire(key)));
    }
    const version = this.#version;
    return { changes, unknownSources: draft.unknownSources, commit: () => this.#commit(version, draft, overlay) };
  }

  #commit(version: number, draft: Draft, overlay: ReadonlyMap<string, ResolvedSetting>): void {
    this.#moveOn(version);
    if (draft.isWhole) {
      this.#entries = draft.edits as Map<string, ResolvedSetting>;
      this.#tree = undefined;
    } else {
      for (const [key, setting] of draft.edits) {
        if (setting === undefined) this.#remove(key);
        else this.#put(key, setting);
      }
    }
    this.#overlay = overlay;
    this.#mode = draft.mode;
    this.#claims = draft.claims;
    if (draft.section === undefined || this.#claims === undefined) return;
    const [section, layers] = draft.section;
    if (layers.length === 0) this.#claims.delete(section);
    else this.#claims.set(section, layers);
  }

  /** Throws when the store is not what it was when `version` was staged. */
  #moveOn(version: number): void {
    if (version !== this.#version) {
      throw new ConfigStreamError("internal", "A staged state was committed after another one; stage it again.");
    }
    this.#version++;
  }

  #put(key: string, setting: ResolvedSetting): void {
    if (this.#tree !== undefined && !this.#entries.has(key)) this.#tree.add(key);
    this.#entries.set(key, setting);
  }

  #remove(key: string): void {
    if (this.#entries.delete(key)) this.#tree?.remove(key, (path) => this.#entries.has(path));
  }

  #checkKeyCount(edits: Draft["edits"], overlay: ReadonlyMap<string, ResolvedSetting>): void {
    let count = this.#entries.size;
    // All of them may be new, and still there would be room.
    if (count + edits.size + overlay.size <= this.#maxKeys) return;
    for (const [key, after] of edits) count += Number(after !== undefined) - Number(this.#entries.has(key));
    for (const key of overlay.keys()) {
      const onWire = edits.has(key) ? edits.get(key) !== undefined : this.#entries.has(key);
      if (!onWire) count++;
    }
    if (count <= this.#maxKeys) return;
    throw new ConfigStreamError(
      "limit_exceeded",
      `The core agent's configuration has ${count} keys, more than limits.maxKeys (${this.#maxKeys}); ` +
        "raise that limit. The last good settings are kept.",
    );
  }
}

function keepsSections(mode: Mode): boolean {
  return mode === "section-per-source" || mode === "sections";
}

function flattenAll(claims: Survey["claims"]): Leaves {
  const all: Leaves = new Map();
  for (const [key, claim] of claims) {
    for (const [leaf, layers] of leavesOf(key, layersOfClaim(claim))) all.set(leaf, layers);
  }
  return all;
}

/** True when an entry is exactly what a claim says. */
function matches(entry: ResolvedSetting, claim: SourceValue | readonly SourceValue[]): boolean {
  if (!("source" in claim)) return equalLayers(layersOf(entry), claim);
  return entry.layers === undefined && entry.source === claim.source && equalValues(entry.value, claim.value);
}

function settleClaim(claim: SourceValue | readonly SourceValue[]): ResolvedSetting {
  // There are no empty lists in a survey.
  return "source" in claim ? claim : (settle(claim) as ResolvedSetting);
}

/**
 * What the claims resolve to, in the very map that they were in: a second one would cost as much as all the settling. Lone
 * claims are settled as they are.
 */
function settleAll(claims: Survey["claims"], hasLists: boolean): Map<string, ResolvedSetting> {
  const settled = claims as Map<string, unknown> as Map<string, ResolvedSetting>;
  if (!hasLists) return settled;
  for (const [key, claim] of claims) settled.set(key, settleClaim(claim));
  return settled;
}
