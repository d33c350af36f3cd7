/**
 * What an update does to leaves. Usually it touches its own key; when the key is a section (leaves lie below it), the
 * whole subtree is replaced.
 */

import { isMap } from "../../shared/equality.js";
import type { ConfigValue, ResolvedSetting, SourceValue } from "../../shared/types.js";
import { flatten, isSection, type Leaves } from "./flatten.js";
import { parentOf } from "./key-tree.js";
import { layersOf, type Priority, withLayer, withoutLayer, withWinner } from "./priority.js";

/** An update with its lower-cased key and a named source; an empty source only in a removal that leaves nothing. */
export interface LeafUpdate {
  readonly key: string;
  readonly source: string;
  readonly value: ConfigValue;
  readonly unsetSource: string;
}

/** What the update meets. */
export interface LeafState {
  get(key: string): ResolvedSetting | undefined;
  /** The keys below a key. Called only when the update may be about a section. */
  below(key: string): readonly string[];
  readonly priority: Priority;
  /** True when maps are sections (`section-merged`), false when they are leaves. */
  readonly sections: boolean;
  /** True when leaves may still turn out to be sent as a section: the dialect was detected, not asked for. */
  readonly lenient: boolean;
  /** True when a plain update names the winner, so that layers above its source are gone. */
  readonly namesWinner: boolean;
  /** True when a plain update to null sets null; otherwise it takes the claim away. */
  readonly nullIsValue: boolean;
}

/** The layers of every key that the update touches; an empty list for a key that it removes. */
export type LayerEdits = Map<string, readonly SourceValue[]>;

/** Works out the edits of one update. */
export function editsOf(update: LeafUpdate, state: LeafState): LayerEdits {
  const { key, source, unsetSource } = update;
  const below = mayBeSection(update, state) ? state.below(key) : [];
  const leaves = leavesOf(update, state.sections || below.length > 0, below.length > 0);
  const edits: LayerEdits = new Map();
  for (const old of state.get(key) === undefined ? below : [key, ...below]) {
    if (!leaves.has(old)) edits.set(old, leftOver(layersAt(state, old), update, state));
  }
  const removal = unsetSource !== "";
  const namesWinner = removal || (state.namesWinner && (state.sections || below.length === 0));
  const put = namesWinner ? withWinner : withLayer;
  for (const [leaf, claims] of leaves) {
    const present = withoutLayer(layersAt(state, leaf), unsetSource);
    for (const claim of claims) edits.set(leaf, put(state.priority, present, source, claim.value));
  }
  if (update.value === null && !removal && !state.nullIsValue && leaves.size > 0) {
    edits.set(key, withoutClaim(update, state));
  }
  if (state.sections && leaves.size > 0) dropEmptyParents(key, state, edits);
  return edits;
}

function mayBeSection({ key, value, unsetSource }: LeafUpdate, state: LeafState): boolean {
  const stored = state.get(key) !== undefined;
  if (state.sections) return !stored || isMap(value);
  return state.lenient && !stored && (value === null || isMap(value) || unsetSource !== "");
}

function leavesOf({ key, source, value, unsetSource }: LeafUpdate, sections: boolean, hasBelow: boolean): Leaves {
  if (unsetSource !== "" && source === "") return new Map();
  if (value === null && hasBelow) return new Map();
  const layer = [{ source, value }];
  return sections && isSection(value) ? flatten(key, layer) : new Map([[key, layer]]);
}

/**
 * What a plain null leaves of a key. A sender of winners would have named the layer that wins now, so nothing is left, also
 * of layers below that are still stored: their removal was hidden, and so it was not told.
 */
function withoutClaim({ key, source }: LeafUpdate, state: LeafState): readonly SourceValue[] {
  return state.namesWinner ? [] : withoutLayer(layersAt(state, key), source);
}

/** What stays of a key that the update covers but does not mention. */
function leftOver(layers: readonly SourceValue[], update: LeafUpdate, state: LeafState): readonly SourceValue[] {
  if (update.unsetSource !== "") return [];
  // A merged section is the whole truth about its subtree; a null, or a section of one source, only about that source.
  return state.sections && update.value !== null ? [] : withoutLayer(layers, update.source);
}

/** An empty map above the key was a section without settings, which it is no longer. */
function dropEmptyParents(key: string, state: LeafState, edits: LayerEdits): void {
  for (let parent = parentOf(key); parent !== undefined; parent = parentOf(parent)) {
    const value = state.get(parent)?.value;
    if (value !== undefined && isMap(value) && Object.keys(value).length === 0) edits.set(parent, []);
  }
}

function layersAt(state: LeafState, key: string): readonly SourceValue[] {
  return layersOf(state.get(key));
}
