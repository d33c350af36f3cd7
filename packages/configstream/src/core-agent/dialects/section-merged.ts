/** Snapshots of whole sections, merged over all sources; updates of dotted leaf keys, as in the `leaf` dialect. */
import type { EffectiveSetting } from "../settings/layer-store.js";
import type { Dialect, EncodeEntry } from "./dialect.js";
import { winnerUpdate } from "./leaf.js";
import { SectionBuilder, sectionOf } from "./sections.js";

/** The source that a section is sent with: its leaves may have several sources, and there is room for one name. */
const sectionSource = "unknown";

export const sectionMergedDialect: Dialect = { snapshot: snapshotOf, update: winnerUpdate };

function* snapshotOf(settings: ReadonlyMap<string, EffectiveSetting>, encode: EncodeEntry): Iterable<Buffer> {
  const sections = new Map<string, SectionBuilder>();
  for (const [key, { value }] of settings) {
    const name = sectionOf(key);
    const section = sections.get(name) ?? new SectionBuilder();
    sections.set(name, section);
    section.add(key, value);
  }
  for (const [key, section] of sections) {
    const { value } = section;
    if (value === undefined) continue;
    const leaf = settings.get(key);
    const source = leaf?.value === value ? leaf.source : sectionSource;
    yield encode(section, () => ({ source, key, value, unsetSource: "" }));
  }
}
