/** The dialect that a core agent speaks at present. */
import type { Dialect as ReadDialect } from "configstream-consumer/internal";
import type { EffectiveSetting, SourceOrder } from "../settings/layer-store.js";
import type { Dialect } from "./dialect.js";
import { leafDialect } from "./leaf.js";
import { newestDialect } from "./newest.js";
import { withOwnUpdates } from "./own-updates.js";
import { sectionMergedDialect } from "./section-merged.js";
import { createSectionPerSourceDialect } from "./section-per-source.js";

/**
 * A dialect as its senders spoke it. The names that end in `-set` are those of senders up to v0.83.3: each update carries the source and
 * value of the set that caused it, though another layer wins, and an unset the cleared source with the value that is left.
 */
export type DialectName = ReadDialect | "leaf-set" | "section-merged-set";

export interface SpokenDialect extends Dialect {
  readonly name: DialectName;
  /** Speaks another one from now on. Open streams must be ended by the caller: a stream has one dialect. */
  switchTo(name: DialectName): void;
}

export const dialectNames: readonly DialectName[] = [
  "newest",
  "leaf",
  "leaf-set",
  "section-merged",
  "section-merged-set",
  "section-per-source",
];

/**
 * @param settings The live settings. Every change of them must come by `update`, or be made before the first event.
 * @param order Sorts sources, lowest priority first.
 */
export function createSpokenDialect(
  name: DialectName,
  settings: ReadonlyMap<string, EffectiveSetting>,
  order: SourceOrder,
): SpokenDialect {
  const make = (wanted: DialectName): Dialect => {
    switch (wanted) {
      case "newest":
        return newestDialect;
      case "leaf":
        return leafDialect;
      case "leaf-set":
        return withOwnUpdates(leafDialect);
      case "section-merged":
        return sectionMergedDialect;
      case "section-merged-set":
        return withOwnUpdates(sectionMergedDialect);
      case "section-per-source":
        return createSectionPerSourceDialect(settings, order);
    }
  };
  let spoken = { name, dialect: make(name) };
  return {
    get name() {
      return spoken.name;
    },
    snapshot: (all, encode) => spoken.dialect.snapshot(all, encode),
    update: (change) => spoken.dialect.update(change),
    switchTo(wanted) {
      spoken = { name: wanted, dialect: make(wanted) };
    },
  };
}
