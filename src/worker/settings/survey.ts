/**
 * Gathers a snapshot by lower-cased key. A key that one source claims is kept as the entry that was sent, without a copy;
 * a key of several sources becomes a setting with layers.
 */
import { lowerCase } from "../../shared/text/lower-case.js";
import type { ResolvedSetting, SourceValue, WireSetting } from "../../shared/types.js";
import { type Priority, settleTop, unnamedSource, withLayer } from "./priority.js";

/** What entries that repeat a key say: that it has several layers, or that the last one counts. */
export type Repeated = "layers" | "last wins";

/** A snapshot by key. */
export interface Survey {
  readonly settings: Map<string, ResolvedSetting>;
  /** Whether some key has layers of several sources. */
  readonly layered: boolean;
  /** Whether some key has a dot. */
  readonly dotted: boolean;
  readonly unknownSources: number;
}

/** Gathers a snapshot. Of two entries with one key and source the last one counts. */
export function survey(settings: readonly WireSetting[], repeated: Repeated, priority: Priority): Survey {
  const gathered: Survey["settings"] = new Map();
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
    gathered.set(key, claim);
  }
  // Looking for an earlier claim at each setting would cost a third of the time; repeated keys are rare.
  const layered = gathered.size < count && repeated === "layers" && gatherLayers(settings, gathered, priority);
  return { settings: gathered, layered, dotted, unknownSources };
}

/** What a setting claims; `undefined` if it only reports a removal, or has no key by which it could be read. */
function claimOf(setting: WireSetting): SourceValue | undefined {
  if (setting.key === "") return undefined;
  if (setting.source !== "") return setting;
  return setting.unsetSource === "" ? { source: unnamedSource, value: setting.value } : undefined;
}

/** Looks for keys that are claimed more than once, and gives them all of their layers. True when some key has several. */
function gatherLayers(settings: readonly WireSetting[], gathered: Survey["settings"], priority: Priority): boolean {
  const repeated = new Map<string, SourceValue[]>();
  for (const setting of settings) {
    const claim = claimOf(setting);
    if (claim === undefined) continue;
    const key = lowerCase(setting.key);
    // The last claim of each key has been kept; if it is also the first, there is nothing to gather.
    if (gathered.get(key) === claim && !repeated.has(key)) continue;
    repeated.set(key, withLayer(priority, repeated.get(key) ?? [], claim.source, claim.value));
  }
  let layered = false;
  for (const [key, layers] of repeated) {
    if (layers.length === 1) continue;
    gathered.set(key, settleTop(layers));
    layered = true;
  }
  return layered;
}
