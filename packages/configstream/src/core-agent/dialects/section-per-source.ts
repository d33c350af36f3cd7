/** One entry per source and section, in rising priority; an update is the whole section of one source, null when empty. */
import type { WireSetting } from "configstream-consumer/internal";
import type { EffectiveSetting, LayerChange, SourceOrder } from "../settings/layer-store.js";
import type { Dialect, EncodeEntry } from "./dialect.js";
import { SectionBuilder, sectionOf } from "./sections.js";

/**
 * @param settings The live settings, as they are after each change.
 * @param order Sorts sources, lowest priority first.
 */
export function createSectionPerSourceDialect(
  settings: ReadonlyMap<string, EffectiveSetting>,
  order: SourceOrder,
): Dialect {
  /** Keys by section, so that an update costs what its section costs. Built when first needed, kept up to date then. */
  let index: Map<string, Set<string>> | undefined;

  const keysOf = (section: string): Iterable<string> => {
    index ??= indexOf(settings.keys());
    return index.get(section) ?? [];
  };

  return {
    snapshot: (_settings, encode) => snapshotOf(settings, order, encode),
    update({ key, source, after }: LayerChange): WireSetting {
      const name = sectionOf(key);
      if (index !== undefined) {
        if (after === undefined) index.get(name)?.delete(key);
        else add(index, key);
      }
      const section = new SectionBuilder();
      for (const leaf of keysOf(name)) {
        const layer = settings.get(leaf)?.layers.find((candidate) => candidate.source === source);
        if (layer !== undefined && layer.value !== null) section.add(leaf, layer.value);
      }
      // Every change is reported, a hidden layer's too, because the receiver merges the layers itself.
      return { source, key: name, value: section.value ?? null, unsetSource: "" };
    },
  };
}

function* snapshotOf(
  settings: ReadonlyMap<string, EffectiveSetting>,
  order: SourceOrder,
  encode: EncodeEntry,
): Iterable<Buffer> {
  const sources = new Map<string, Map<string, SectionBuilder>>();
  for (const [key, { layers }] of settings) {
    const name = sectionOf(key);
    for (const { source, value } of layers) {
      // Null claims nothing in this form: a whole section of null is a removal.
      if (value === null) continue;
      const sections = sources.get(source) ?? new Map<string, SectionBuilder>();
      sources.set(source, sections);
      const section = sections.get(name) ?? new SectionBuilder();
      sections.set(name, section);
      section.add(key, value);
    }
  }
  for (const [source, sections] of [...sources].sort(([a], [b]) => order(a, b))) {
    for (const [key, section] of sections) {
      const { value } = section;
      if (value !== undefined) yield encode(section, () => ({ source, key, value, unsetSource: "" }));
    }
  }
}

function indexOf(keys: Iterable<string>): Map<string, Set<string>> {
  const index = new Map<string, Set<string>>();
  for (const key of keys) add(index, key);
  return index;
}

function add(index: Map<string, Set<string>>, key: string): void {
  const name = sectionOf(key);
  const keys = index.get(name);
  if (keys === undefined) index.set(name, new Set([key]));
  else keys.add(key);
}
