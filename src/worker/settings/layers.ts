/**
 * The layer store: everything that the core agent claims, by key and source, and what each key resolves to.
 *
 * Every change is staged first, so that a publisher may refuse it: until `commit` the store is as it was. An update
 * costs what it changes, whatever the number of keys. What a message means is its dialect's business (dialects.ts).
 */
import type { LowerLayers } from "../../memory/layout.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import type { EffectiveChange, ResolvedSetting, SourceValue, WireSetting } from "../../shared/types.js";
import type { SavedSetting } from "../cache/saved-settings.js";
import { type DialectPolicy, policyOf, repeatedIn, type Told } from "./dialects.js";
import { changeOf, equalLayers } from "./diff.js";
import { Entries, type EntryEdits } from "./entries.js";
import type { LayerEdits, LeafUpdate } from "./leaf-update.js";
import { Overrides } from "./overrides.js";
import { createPriority, layersOf, type Priority, settle, unnamedSource, withLayer } from "./priority.js";
import { leavesOf, locate, type SectionClaims } from "./section-claims.js";
import { Sender } from "./sender.js";
import { survey } from "./survey.js";

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
  /** The update may mean two things, so that it changes nothing: only a snapshot can say what is right now. */
  readonly ambiguous: boolean;
  /** The update is taken as it reads, but only a snapshot can say that it is right (sender.ts). */
  readonly unsure: boolean;
  /** What is known of the layers below the winners. */
  readonly lowerLayers: LowerLayers;
  /** Makes this the present state. Throws `internal` when the store has moved on since it was staged. */
  commit(): void;
}

/** How the wire's part of the state changes. */
interface Draft {
  readonly edits: EntryEdits;
  readonly unknownSources: number;
  readonly policy: DialectPolicy;
  readonly sections: SectionClaims | undefined;
  /** One section's new layers, when an update changed only it. */
  readonly section?: readonly [string, readonly SourceValue[]];
  /** The edits are all there is, and none is a removal: their map becomes that of the entries. */
  readonly whole?: Map<string, ResolvedSetting>;
  readonly ambiguous?: boolean;
  readonly unsure?: boolean;
  /** Notes what the message shows of its sender. Called once the draft is the present state. */
  readonly note?: () => void;
}

const noEdits: EntryEdits = new Map();

export class LayerStore {
  readonly #told: Told;
  readonly #maxKeys: number;
  readonly #priority: Priority;
  readonly #overrides: Overrides;
  readonly #entries = new Entries();
  readonly #sender: Sender;
  #policy: DialectPolicy;
  /** Whole sections, in the dialects that receive them. */
  #sections: SectionClaims | undefined;
  #version = 0;

  constructor(params: LayerParams) {
    this.#told = params.dialect;
    this.#maxKeys = params.limits.maxKeys;
    this.#priority = createPriority(params.sourcePriority);
    this.#sender = new Sender((source) => this.#priority.rank(source));
    this.#overrides = new Overrides(params.overrides, params.clientName, this.#priority);
    this.#policy = policyOf(params.dialect, { dotted: false, layered: false });
  }

  /**
   * Stages a whole new state: what the snapshot does not claim is withdrawn.
   * `allLayers`: the snapshot says that it has each layer of each leaf. Throws `limit_exceeded` when there would be more than
   * `limits.maxKeys` keys.
   */
  applySnapshot(settings: readonly WireSetting[], allLayers = false): Staged {
    const found = survey(settings, repeatedIn(this.#told, allLayers), this.#priority);
    const policy = policyOf(this.#told, found, allLayers);
    const sections = policy.sections(found.settings);
    const wanted = policy.leaves(found.settings);
    const { unknownSources } = found;
    const note = () => this.#sender.judge((key) => this.#entries.get(key)?.source);
    // To a fresh store, everything in a snapshot is new.
    return this.#entries.size === 0
      ? this.#stage({ edits: wanted, whole: wanted, unknownSources, policy, sections, note })
      : this.#stage({ edits: this.#entries.difference(wanted), unknownSources, policy, sections, note });
  }

  /** Stages the change of one setting. Throws as {@link applySnapshot} does. */
  applyUpdate(setting: WireSetting): Staged {
    const { unsetSource, value } = setting;
    const key = lowerCase(setting.key);
    if (key === "") return this.#stage(this.#unchanged);
    const usual = this.#stageUsual(key, setting);
    if (usual !== undefined) return usual;
    const source = setting.source === "" && unsetSource === "" ? unnamedSource : setting.source;
    const update: LeafUpdate = { key, source, value, unsetSource };
    const unknownSources = source === "" || this.#priority.isKnown(source) ? 0 : 1;
    const policy = this.#policy.decide(update, this.#sections ?? new Map()) ?? this.#policy;
    const drafted = this.#drafted(update, policy);
    const note = () => {
      if (drafted.ambiguous) this.#sender.ambiguous(key, source);
      else this.#sender.taken(key, unsetSource);
    };
    const unsure = unsetSource === "" && this.#sender.reportsLosers;
    return this.#stage({ ...drafted, unknownSources, policy, unsure, note });
  }

  /** What a key resolves to, overrides included. */
  get(key: string): ResolvedSetting | undefined {
    return this.#overrides.present(key) ?? this.#entries.get(key);
  }

  /** What the sender has shown of itself is forgotten, because another one may have come in its place. */
  senderReplaced(): void {
    this.#sender.replaced();
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
    const edits = this.#settled(settings);
    const staged = this.#stage({ edits, unknownSources: 0, policy: this.#policy, sections: undefined });
    // Whoever sent them: it is long ago.
    return { ...staged, lowerLayers: "some" };
  }

  /**
   * What would change if the sender claimed these layers for keys, however it would say so; none: nothing any more. Throws as
   * {@link applySnapshot} does.
   */
  trial(settings: readonly SavedSetting[]): readonly EffectiveChange[] {
    const wanted = this.#settled(settings);
    const edits = new Map(wanted);
    if (this.#policy.splitsMaps) {
      for (const [key, setting] of wanted) {
        for (const below of this.#entries.below(key)) edits.set(below, undefined);
        edits.set(key, undefined);
        if (setting === undefined) continue;
        for (const [leaf, value] of this.#policy.leaves(new Map([[key, setting]]))) edits.set(leaf, value);
      }
    }
    return this.#stage({ ...this.#unchanged, edits }).changes;
  }

  /** Settled by the present order of the sources. */
  #settled(settings: readonly SavedSetting[]): Map<string, ResolvedSetting | undefined> {
    const edits = new Map<string, ResolvedSetting | undefined>();
    for (const [key, saved] of settings) {
      let layers: readonly SourceValue[] = [];
      for (const { source, value } of saved) layers = withLayer(this.#priority, layers, source, value);
      edits.set(lowerCase(key), settle(layers));
    }
    return edits;
  }

  /**
   * The usual update in one step: a value, of a leaf that is there, from the one source that it has. All else,
   * `undefined`, takes the way that knows of sections, layers, removals and overrides, and comes to the same for this one.
   */
  #stageUsual(key: string, after: WireSetting): Staged | undefined {
    const { source, unsetSource } = after;
    const policy = this.#policy;
    if (policy.splitsMaps || unsetSource !== "" || this.#overrides.concerns(key)) return undefined;
    const before = this.#entries.get(key);
    if (before === undefined || before.layers !== undefined || before.source !== source) return undefined;
    const change = changeOf(key, before, after);
    const version = this.#version;
    return {
      changes: change === undefined ? [] : [change],
      unknownSources: this.#priority.isKnown(source) ? 0 : 1,
      ambiguous: false,
      unsure: this.#sender.reportsLosers,
      lowerLayers: policy.lowerLayers,
      commit: () => {
        this.#moveOn(version);
        this.#entries.put(key, after);
        this.#sender.taken(key, unsetSource);
      },
    };
  }

  get #unchanged(): Draft {
    return { edits: noEdits, unknownSources: 0, policy: this.#policy, sections: this.#sections };
  }

  #drafted(update: LeafUpdate, policy: DialectPolicy): Pick<Draft, "edits" | "sections" | "section" | "ambiguous"> {
    if (policy.update.of === "sections") return this.#draftOfSection(update, policy.update.rule);
    const edits = policy.update.rule(update, {
      get: (key) => this.#entries.get(key),
      below: (key) => this.#entries.below(key),
      priority: this.#priority,
    });
    if (edits === "ambiguous") return { edits: noEdits, sections: undefined, ambiguous: true };
    return { edits: settled(edits), sections: undefined };
  }

  #draftOfSection(
    update: LeafUpdate,
    rule: Extract<DialectPolicy["update"], { of: "sections" }>["rule"],
  ): Pick<Draft, "edits" | "sections" | "section" | "ambiguous"> {
    const sections: SectionClaims = this.#sections ?? new Map();
    const { section, path } = locate(sections, update.key);
    const before = sections.get(section) ?? [];
    const after = rule(before, path, update, this.#priority);
    if (after === "ambiguous") return { edits: noEdits, sections, ambiguous: true };
    const leaves = leavesOf(section, after);
    const edits: LayerEdits = new Map();
    for (const key of leavesOf(section, before).keys()) if (!leaves.has(key)) edits.set(key, []);
    for (const [key, layers] of leaves) {
      if (!equalLayers(layersOf(this.#entries.get(key)), layers)) edits.set(key, layers);
    }
    return { edits: settled(edits), sections, section: [section, after] };
  }

  #stage(draft: Draft): Staged {
    const { edits, unknownSources, policy, ambiguous = false, unsure = false } = draft;
    const wire = (key: string) => (edits.has(key) ? edits.get(key) : this.#entries.get(key));
    const overlay = this.#overrides.overlay(wire);
    this.#checkKeyCount(edits, overlay);
    const changes: EffectiveChange[] = [];
    const note = (change: EffectiveChange | undefined) => change !== undefined && changes.push(change);
    for (const [key, after] of edits) {
      if (!this.#overrides.writes(key)) note(changeOf(key, this.#entries.get(key), after));
    }
    for (const key of this.#overrides.targets) {
      note(changeOf(key, this.#overrides.present(key) ?? this.#entries.get(key), overlay.get(key) ?? wire(key)));
    }
    const version = this.#version;
    const commit = (): void => {
      this.#moveOn(version);
      this.#commit(draft);
      this.#overrides.become(overlay);
    };
    return { changes, unknownSources, ambiguous, unsure, lowerLayers: policy.lowerLayers, commit };
  }

  #commit({ edits, whole, policy, sections, section, note }: Draft): void {
    if (whole !== undefined) this.#entries.become(whole);
    else this.#entries.apply(edits);
    this.#policy = policy;
    this.#sections = sections;
    note?.();
    if (section === undefined || sections === undefined) return;
    const [name, layers] = section;
    if (layers.length === 0) sections.delete(name);
    else sections.set(name, layers);
  }

  /** Throws when the store is not what it was when `version` was staged. */
  #moveOn(version: number): void {
    if (version !== this.#version) {
      throw new ConfigStreamError("internal", "A staged state was committed after another one; stage it again.");
    }
    this.#version++;
  }

  #checkKeyCount(edits: EntryEdits, overlay: ReadonlyMap<string, ResolvedSetting>): void {
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

function settled(edits: LayerEdits): EntryEdits {
  return new Map(Array.from(edits, ([key, layers]) => [key, settle(layers)]));
}
