/**
 * Which of the four dialects a snapshot is written in.
 *
 * | snapshot | taken for |
 * |---|---|
 * | a dotted key, each key once | leaves (`newest` or `leaf`: their snapshots are alike) |
 * | a dotted key, some key from two sources | leaves, layer by layer |
 * | no dotted key, some key from two sources | `section-per-source` |
 * | no dotted key, each key once | `sections`: the updates tell the rest |
 *
 * Leaf senders name the winner in every update, so the two leaf dialects need no telling apart either: layers above
 * the named source are gone. Only where `newest` is asked for by name does a lower layer's update stay below.
 */

import { lowerCase } from "../../shared/lower-case.js";
import type { Dialect } from "../../shared/params.js";
import type { SourceValue, WireSetting } from "../../shared/types.js";
import { type Priority, unnamedSource, withLayer } from "./priority.js";

/** How the store understands what it is sent. */
export type Mode =
  /** Leaves; a plain update names the winner. The `leaf` dialect, and `newest` when detected. */
  | "leaf"
  /** Leaves; a plain update sets one layer. The `newest` dialect when asked for by name. */
  | "layered-leaf"
  /** Sections in snapshots, leaves in updates. */
  | "section-merged"
  /** Sections in snapshots and updates, each of one source. */
  | "section-per-source"
  /** No dotted key so far: sections of either kind, or leaves outside of any section. */
  | "sections";

/** How settings are told: a dialect of the wire, or, by a source in this process, leaves with all their layers. */
export type Told = Dialect | "auto" | "layered-leaf";

/** A snapshot, gathered by lower-cased key. */
export interface Survey {
  readonly mode: Mode;
  /** The layers that the snapshot gives each key, lowest priority first. A lone layer is not wrapped in a list. */
  readonly claims: Map<string, SourceValue | readonly SourceValue[]>;
  /** Whether there are lists among them. */
  readonly layered: boolean;
  readonly unknownSources: number;
}

/** Gathers a snapshot and finds its mode. Of two entries with one key and source the last one counts. */
export function survey(settings: readonly WireSetting[], dialect: Told, priority: Priority): Survey {
  const claims: Survey["claims"] = new Map();
  let count = 0;
  let unknownSources = 0;
  let source = "";
  let known = true;
  let dotted = false;
  for (const setting of settings) {
    const claim = claimOf(setting);
    if (claim === undefined) continue;
    count++;
    // Settings come in long runs of one source, so it is looked up once a run.
    if (claim.source !== source) {
      source = claim.source;
      known = priority.isKnown(source);
    }
    if (!known) unknownSources++;
    const key = lowerCase(setting.key);
    dotted = dotted || key.includes(".");
    claims.set(key, claim);
  }
  const lastWins = dialect === "newest" || dialect === "leaf";
  // Looking for an earlier claim at each setting would cost a third of the time; repeated keys are rare.
  const layered = claims.size < count && !lastWins && gatherLayers(settings, claims, priority);
  const mode = dialect === "auto" ? detect(dotted, layered) : modeOf(dialect, dotted);
  return { mode, claims, layered, unknownSources };
}

/** What a setting claims; `undefined` for one that only reports a removal. */
function claimOf(setting: WireSetting): SourceValue | undefined {
  if (setting.source !== "") return setting;
  return setting.unsetSource === "" ? { source: unnamedSource, value: setting.value } : undefined;
}

/** Gathers again, now with all sources of each key. True when some key has more than one. */
function gatherLayers(settings: readonly WireSetting[], claims: Survey["claims"], priority: Priority): boolean {
  let layered = false;
  claims.clear();
  for (const setting of settings) {
    const claim = claimOf(setting);
    if (claim === undefined) continue;
    const key = lowerCase(setting.key);
    const earlier = claims.get(key);
    if (earlier === undefined || ("source" in earlier && earlier.source === claim.source)) {
      claims.set(key, claim);
    } else {
      layered = true;
      claims.set(key, withLayer(priority, layersOfClaim(earlier), claim.source, claim.value));
    }
  }
  return layered;
}

/** A claim as a list of layers. */
export function layersOfClaim(claim: SourceValue | readonly SourceValue[]): readonly SourceValue[] {
  return "source" in claim ? [{ source: claim.source, value: claim.value }] : claim;
}

function detect(dotted: boolean, layered: boolean): Mode {
  if (dotted) return layered ? "layered-leaf" : "leaf";
  return layered ? "section-per-source" : "sections";
}

function modeOf(dialect: Exclude<Told, "auto">, dotted: boolean): Mode {
  if (dialect === "newest") return "layered-leaf";
  // Whole sections have no dotted keys; a sender that was misnamed still gets its leaves read, layer by layer.
  return dialect === "section-per-source" && dotted ? "layered-leaf" : dialect;
}
