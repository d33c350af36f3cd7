/**
 * What an update of a leaf does, by what its sender means. Usually it touches its own key; when the key is a section (leaves
 * lie below it), the whole subtree is replaced.
 *
 * A plain update that names a source ranked below the one known to win is **ambiguous**: an old sender reports a set that lost in
 * this form, another one an unset, and it looks the same. It changes nothing; a snapshot has to decide.
 */

import type { ConfigValue, ResolvedSetting, SourceValue } from "../../shared/types.js";
import { isMap } from "../../shared/values/equality.js";
import { flatten, isSection, type Leaves } from "./flatten.js";
import { parentOf } from "./key-tree.js";
import { layersOf, type Priority, unnamedSource, withLayer, withoutLayer, withWinner } from "./priority.js";

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
  /** The keys below a key. */
  below(key: string): readonly string[];
  readonly priority: Priority;
}

/** The layers of every key that the update touches; an empty list for a key that it removes. */
export type LayerEdits = Map<string, readonly SourceValue[]>;

/** What an update of leaves comes to. */
export type LeafRule = (update: LeafUpdate, state: LeafState) => LayerEdits | "ambiguous";

/** The sender names the layer that wins now, of one leaf. */
export const winnerOfLeaf: LeafRule = (update, state) => {
  const { key, source, value } = update;
  if (update.unsetSource !== "") return removal(update, state, [], valueAsLeaf);
  if (outranks(state.get(key), source, state)) return "ambiguous";
  return new Map([[key, withLayer(state.priority, layersAt(state, key), source, value)]]);
};

/** As {@link winnerOfLeaf}, for a dialect that was detected: leaves may still turn out to be sent as a section. */
export const winnerOfLeafOrSection: LeafRule = (update, state) => {
  const { key, value, unsetSource } = update;
  const mayBeSection = value === null || isMap(value) || unsetSource !== "";
  const below = mayBeSection && state.get(key) === undefined ? state.below(key) : [];
  if (below.length === 0) return winnerOfLeaf(update, state);
  return unsetSource === "" ? sectionOfSource(update, state, below) : removal(update, state, below, valueAsSection);
};

/** The sender sets one layer of one leaf, whichever wins. */
export const layerOfLeaf: LeafRule = (update, state) => {
  const { key, source, value } = update;
  if (update.unsetSource !== "") return removal(update, state, [], valueAsLeaf);
  return new Map([[key, withLayer(state.priority, layersAt(state, key), source, value)]]);
};

/** The sender names the layer that wins now, and sends maps that may be sections: what it sends is the whole truth. */
export const winnerOfSubtree: LeafRule = (update, state) => {
  const { key, source, value, unsetSource } = update;
  const stored = state.get(key) !== undefined;
  const below = !stored || isMap(value) ? state.below(key) : [];
  const covered = stored ? [key, ...below] : below;
  // A merged section names the source `unknown` only, which says nothing about which source wins.
  const told = covered.filter((path) => state.get(path)?.source !== unnamedSource);
  if (unsetSource === "" && told.some((path) => outranks(state.get(path), source, state))) return "ambiguous";
  const edits =
    unsetSource !== ""
      ? removal(update, state, below, valueAsSection)
      : value === null && below.length > 0 && parentOf(key) === undefined
        ? sectionOfSource(update, state, below)
        : replacement(update, state, covered);
  if ((edits.get(key)?.length ?? 0) > 0 || isMap(value)) dropEmptyParents(key, state, edits);
  return edits;
};

/** The cleared layer goes, and what the message carries wins now. When it carries nothing, nothing is left. */
function removal(
  update: LeafUpdate,
  state: LeafState,
  below: readonly string[],
  leavesOf: (update: LeafUpdate) => Leaves,
): LayerEdits {
  const { key, source, value, unsetSource } = update;
  const leaves: Leaves = source === "" || (value === null && below.length > 0) ? new Map() : leavesOf(update);
  const edits: LayerEdits = new Map();
  for (const old of state.get(key) === undefined ? below : [key, ...below]) if (!leaves.has(old)) edits.set(old, []);
  for (const [leaf, claims] of leaves) {
    const left = withoutLayer(layersAt(state, leaf), unsetSource);
    for (const claim of claims) edits.set(leaf, withWinner(state.priority, left, source, claim.value));
  }
  return edits;
}

/** What one source says about a section, all of it; null: nothing any more. Other sources stay. */
function sectionOfSource(update: LeafUpdate, state: LeafState, below: readonly string[]): LayerEdits {
  const leaves: Leaves = update.value === null ? new Map() : valueAsSection(update);
  const edits: LayerEdits = new Map();
  for (const old of below) if (!leaves.has(old)) edits.set(old, withoutLayer(layersAt(state, old), update.source));
  for (const [leaf, claims] of leaves) {
    for (const { value } of claims) {
      edits.set(leaf, withLayer(state.priority, layersAt(state, leaf), update.source, value));
    }
  }
  return edits;
}

/** The winner of a subtree, in place of all that is there. */
function replacement(update: LeafUpdate, state: LeafState, covered: readonly string[]): LayerEdits {
  const leaves = valueAsSection(update);
  const edits: LayerEdits = new Map();
  for (const old of covered) if (!leaves.has(old)) edits.set(old, []);
  for (const [leaf, claims] of leaves) {
    for (const { value } of claims) {
      edits.set(leaf, withWinner(state.priority, layersAt(state, leaf), update.source, value));
    }
  }
  return edits;
}

function valueAsLeaf({ key, source, value }: LeafUpdate): Leaves {
  return new Map([[key, [{ source, value }]]]);
}

function valueAsSection(update: LeafUpdate): Leaves {
  const { key, source, value } = update;
  return isSection(value) ? flatten(key, [{ source, value }]) : valueAsLeaf(update);
}

/** An empty map above the key was a section without settings, which it is no longer. */
function dropEmptyParents(key: string, state: LeafState, edits: LayerEdits): void {
  for (let parent = parentOf(key); parent !== undefined; parent = parentOf(parent)) {
    const value = state.get(parent)?.value;
    if (value !== undefined && isMap(value) && Object.keys(value).length === 0) edits.set(parent, []);
  }
}

function outranks(told: ResolvedSetting | undefined, source: string, { priority }: LeafState): boolean {
  return told !== undefined && priority.rank(source) < priority.rank(told.source);
}

function layersAt(state: LeafState, key: string): readonly SourceValue[] {
  return layersOf(state.get(key));
}
