/**
 * Whole sections as their sources sent them. They are kept beside the leaves because only all layers together decide which map is
 * a leaf, so that a snapshot and the updates that lead to the same state flatten alike.
 */
import type { ConfigValue, SourceValue, WireSetting } from "../../shared/types.js";
import { flatten, isSection, type Leaves, withoutPath, withPath } from "./flatten.js";
import { type Priority, withLayer, withoutLayer } from "./priority.js";

/** The layers of each section, by section key; lowest priority first. */
export type SectionClaims = Map<string, readonly SourceValue[]>;

/** A section and the path inside it that an update is about; the path is empty for the whole section. */
export interface SectionPath {
  readonly section: string;
  readonly path: readonly string[];
}

/** Finds the section that a lower-cased key belongs to. */
export function locate(claims: SectionClaims, key: string): SectionPath {
  const [section = key, ...path] = key.split(".");
  return claims.has(key) || path.length === 0 ? { section: key, path: [] } : { section, path };
}

/** The leaves of one section; none when no layer claims it. */
export function leavesOf(section: string, layers: readonly SourceValue[]): Leaves {
  return layers.length === 0 ? new Map() : flatten(section, layers);
}

/** The layers of a section after an update at a path inside it. */
export type SectionRule = (
  layers: readonly SourceValue[],
  path: readonly string[],
  update: Pick<WireSetting, "source" | "value" | "unsetSource">,
  priority: Priority,
) => readonly SourceValue[] | "ambiguous";

/** A plain update is what one source says, and leaves the others alone; null takes its whole section away. */
export const sectionIsLayer: SectionRule = (layers, path, update, priority) => {
  const { source, value, unsetSource } = update;
  if (unsetSource !== "") return afterRemoval(layers, path, update, priority);
  if (value === null && path.length === 0) return withoutLayer(layers, source);
  return put(layers, source, path, value, priority);
};

/**
 * As {@link sectionIsLayer}, but a setting outside of sections may be a leaf, of which the winner is sent, and of which null is
 * a value.
 */
export const scalarIsWinner: SectionRule = (layers, path, update, priority) => {
  const { source, value, unsetSource } = update;
  const isAboutLeaf = !isSection(value) && !layers.some((layer) => isSection(layer.value));
  if (unsetSource !== "" || path.length > 0 || !isAboutLeaf) return sectionIsLayer(layers, path, update, priority);
  const told = layers.at(-1);
  if (told !== undefined && priority.rank(source) < priority.rank(told.source)) return "ambiguous";
  // Of one source's section it would be the end, of a leaf it would be its value.
  if (value === null && layers.some((layer) => layer.value !== null)) return "ambiguous";
  return put(layers, source, path, value, priority);
};

/** The cleared layer goes, and what the removal carries wins now; when it carries nothing, nothing is left. */
function afterRemoval(
  layers: readonly SourceValue[],
  path: readonly string[],
  { source, value, unsetSource }: Pick<WireSetting, "source" | "value" | "unsetSource">,
  priority: Priority,
): readonly SourceValue[] {
  if (source === "") return layers.reduce((left, layer) => cut(left, layer, path), layers);
  const whole = put(without(layers, unsetSource, path), source, path, value, priority);
  const above = whole.slice(whole.findIndex((layer) => layer.source === source) + 1);
  return above.reduce((rest, layer) => cut(rest, layer, path), whole);
}

function put(
  layers: readonly SourceValue[],
  source: string,
  path: readonly string[],
  value: ConfigValue,
  priority: Priority,
): readonly SourceValue[] {
  const present = layers.find((layer) => layer.source === source);
  return withLayer(priority, layers, source, withPath(present?.value, path, value));
}

function without(layers: readonly SourceValue[], source: string, path: readonly string[]): readonly SourceValue[] {
  const layer = layers.find((candidate) => candidate.source === source);
  return layer === undefined ? layers : cut(layers, layer, path);
}

/** Takes the path out of one layer, and the layer away when nothing of it is left. */
function cut(layers: readonly SourceValue[], layer: SourceValue, path: readonly string[]): readonly SourceValue[] {
  const value = withoutPath(layer.value, path);
  if (value === undefined) return withoutLayer(layers, layer.source);
  return layers.map((other) => (other.source === layer.source ? { source: other.source, value } : other));
}
