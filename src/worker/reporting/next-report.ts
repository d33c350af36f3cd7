/** What to report next: the difference between what is held and what the core agent was told. Pure. */
import type { HeldSetting } from "../../shared/held-setting.js";

/** What a core agent was told in one session: key → {@link markOf} of what is held. */
export type Told = ReadonlyMap<string, string>;

export type NextReport =
  | { readonly kind: "held"; readonly setting: HeldSetting }
  | { readonly kind: "healed"; readonly key: string };

/**
 * `undefined`: the core agent knows everything, or as much as it may. What healed comes first, because it makes room for others.
 *
 * @param limit Most settings that it is told of at a time.
 */
export function nextReport(told: Told, held: readonly HeldSetting[], limit: number): NextReport | undefined {
  const present = new Set(held.map(({ key }) => key));
  for (const key of told.keys()) if (!present.has(key)) return { kind: "healed", key };
  const setting = held.find((each) => {
    const known = told.get(each.key);
    return known === undefined ? told.size < limit : known !== markOf(each);
  });
  return setting && { kind: "held", setting };
}

/** Differs where a setting is to be reported again; the next bad value of a key that breaks the same rule is no news. */
export function markOf({ rule, source }: HeldSetting): string {
  return JSON.stringify([rule, source]);
}
