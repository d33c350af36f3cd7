/** The dialect that a core agent speaks at present. */
import type { Dialect as DialectName } from "configstream-consumer/internal";
import type { EffectiveSetting, SourceOrder } from "../layer-store.js";
import type { Dialect } from "./dialect.js";
import { leafDialect } from "./leaf.js";
import { newestDialect } from "./newest.js";
import { sectionMergedDialect } from "./section-merged.js";
import { createSectionPerSourceDialect } from "./section-per-source.js";

export interface SpokenDialect extends Dialect {
  readonly name: DialectName;
  /** Speaks another one from now on. Open streams must be ended by the caller: a stream has one dialect. */
  switchTo(name: DialectName): void;
}

export const dialectNames: readonly DialectName[] = ["newest", "leaf", "section-merged", "section-per-source"];

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
      case "section-merged":
        return sectionMergedDialect;
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
