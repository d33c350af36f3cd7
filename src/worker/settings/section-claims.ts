/**
 * Whole sections as their sources sent them. They are kept beside the leaves since only all layers together tell which
 * map is a leaf, so that a snapshot and the updates that lead to the same state flatten alike.
 */
import type { ConfigValue, SourceValue, WireSetting } from "../../shared/types.js";
import { flatten, type Leaves, withoutPath, withPath } from "./flatten.js";
import { type Priority, withLayer, withoutLayer, withWinner } from "./priority.js";

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

/** The layers of a section after an update. `namesWinner`: layers above the named source are gone. */
export function updateSection(
  layers: readonly SourceValue[],
  path: readonly string[],
  update: Pick<WireSetting, "source" | "value" | "unsetSource">,
  priority: Priority,
  namesWinner: boolean,
): readonly SourceValue[] {
  const { source, value, unsetSource } = update;
  if (unsetSource !== "" && source === "") return layers.reduce((left, layer) => cut(left, layer, path), layers);
  const left = without(layers, unsetSource, path);
  if (value === null && unsetSource === "") return without(left, source, path);
  const whole = put(left, source, path, value, priority);
  if (path.length === 0 && (namesWinner || unsetSource !== "")) {
    return withWinner(priority, whole, source, value);
  }
  if (unsetSource === "") return whole;
  const above = whole.slice(whole.findIndex((layer) => layer.source === source) + 1);
  return above.reduce((rest, layer) => cut(rest, layer, path), whole as readonly SourceValue[]);
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
