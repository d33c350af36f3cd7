/**
 * The dialects, each one frozen record of its rules, and which of them a snapshot is written in.
 *
 * | snapshot | taken as |
 * |---|---|
 * | it says that it has all layers of leaves | leaves, with what is known of all layers |
 * | a dotted key | leaves (`newest` or `leaf`: their snapshots and updates are read alike) |
 * | no dotted key, some key from two sources | `section-per-source` |
 * | no dotted key, each key once | undecided: the updates show the rest |
 */
import type { LowerLayers } from "../../memory/layout.js";
import type { Dialect } from "../../shared/params.js";
import type { ResolvedSetting } from "../../shared/types.js";
import { isSection } from "./flatten.js";
import {
  type LeafRule,
  type LeafUpdate,
  layerOfLeaf,
  winnerOfLeaf,
  winnerOfLeafOrSection,
  winnerOfSubtree,
} from "./leaf-update.js";
import { layersOf, settle } from "./priority.js";
import { leavesOf, type SectionClaims, type SectionRule, scalarIsWinner, sectionIsLayer } from "./section-claims.js";
import type { Repeated, Survey } from "./survey.js";

/** How settings are sent: a dialect of the wire, or, by a source in this process, leaves with all their layers. */
export type Told = Dialect | "auto" | "in-process";

/** The rules of one dialect. */
export interface DialectPolicy {
  /** The leaves that a snapshot's entries stand for. */
  readonly leaves: (entries: Survey["settings"]) => Map<string, ResolvedSetting>;
  /** The whole sections to keep beside the leaves, when updates need them. */
  readonly sections: (entries: Survey["settings"]) => SectionClaims | undefined;
  /** What an update does. */
  readonly update:
    | { readonly of: "leaves"; readonly rule: LeafRule }
    | { readonly of: "sections"; readonly rule: SectionRule };
  /** A map may stand for a section also in an update. */
  readonly splitsMaps: boolean;
  /** Another dialect, when an update shows that it is that one. */
  readonly decide: (update: LeafUpdate, sections: SectionClaims) => DialectPolicy | undefined;
  /**
   * What is known of the layers below a winner. `all`: the sender sends each layer. `once`: its snapshots have each layer, its
   * updates winners only. `some`: only winners are sent, so that others may be missing, or have changed since.
   */
  readonly lowerLayers: LowerLayers;
}

const asSent: DialectPolicy["leaves"] = (entries) => entries;
const none = (): undefined => undefined;

const leaf: DialectPolicy = Object.freeze<DialectPolicy>({
  leaves: asSent,
  sections: none,
  update: { of: "leaves", rule: winnerOfLeaf },
  splitsMaps: false,
  decide: none,
  lowerLayers: "some",
});

const detectedLeaf: DialectPolicy = Object.freeze<DialectPolicy>({
  ...leaf,
  update: { of: "leaves", rule: winnerOfLeafOrSection },
});

const leafInLayers: DialectPolicy = Object.freeze<DialectPolicy>({ ...leaf, lowerLayers: "once" });

const inProcess: DialectPolicy = Object.freeze<DialectPolicy>({
  ...leaf,
  update: { of: "leaves", rule: layerOfLeaf },
  lowerLayers: "all",
});

const sectionMerged: DialectPolicy = Object.freeze<DialectPolicy>({
  leaves: flattened,
  sections: none,
  update: { of: "leaves", rule: winnerOfSubtree },
  splitsMaps: true,
  decide: none,
  lowerLayers: "some",
});

const sectionPerSource: DialectPolicy = Object.freeze<DialectPolicy>({
  leaves: flattened,
  sections: layersOfEach,
  update: { of: "sections", rule: sectionIsLayer },
  splitsMaps: true,
  decide: none,
  lowerLayers: "all",
});

const undecided: DialectPolicy = Object.freeze<DialectPolicy>({
  leaves: flattened,
  sections: layersOfEach,
  update: { of: "sections", rule: scalarIsWinner },
  splitsMaps: true,
  decide({ key, unsetSource }, sections) {
    // An update of a leaf, in a section or not, or a removal, which only senders of leaves send.
    if (unsetSource === "" && (!key.includes(".") || sections.has(key))) return undefined;
    const sendsSections = [...sections.values()].some((layers) => layers.some(({ value }) => isSection(value)));
    return sendsSections ? sectionMerged : detectedLeaf;
  },
  lowerLayers: "some",
});

/** What a snapshot's entries that repeat a key mean. `allLayers`: the snapshot says that it has all layers of leaves. */
export function repeatedIn(told: Told, allLayers = false): Repeated {
  return !allLayers && (told === "newest" || told === "leaf") ? "last wins" : "layers";
}

/** The rules for a snapshot. `allLayers` as in {@link repeatedIn}. */
export function policyOf(
  told: Told,
  { dotted, layered }: Pick<Survey, "dotted" | "layered">,
  allLayers = false,
): DialectPolicy {
  if (allLayers && (told === "auto" || told === "newest" || told === "leaf")) return leafInLayers;
  switch (told) {
    case "newest":
    case "leaf":
      return leaf;
    case "in-process":
      return inProcess;
    case "section-merged":
      return sectionMerged;
    case "section-per-source":
      // Whole sections have no dotted keys; a sender that was misnamed still gets its leaves read.
      return dotted ? leaf : sectionPerSource;
    case "auto":
      if (dotted) return detectedLeaf;
      return layered ? sectionPerSource : undecided;
  }
}

function flattened(entries: Survey["settings"]): Map<string, ResolvedSetting> {
  const all = new Map<string, ResolvedSetting>();
  for (const [key, entry] of entries) {
    for (const [leafKey, layers] of leavesOf(key, layersOf(entry))) {
      const setting = settle(layers);
      if (setting !== undefined) all.set(leafKey, setting);
    }
  }
  return all;
}

function layersOfEach(entries: Survey["settings"]): SectionClaims {
  return new Map(Array.from(entries, ([key, entry]) => [key, layersOf(entry)]));
}
