/** What outlives this process of a state with held keys: the good values. */
import type { SavedSetting } from "../cache/saved-settings.js";
import { layersOf } from "../settings/priority.js";
import type { Held } from "./held.js";

/** `claims` with what readers see in place of what is kept from them. */
export function withoutHeld(claims: SavedSetting[], held: ReadonlyMap<string, Held> | undefined): SavedSetting[] {
  if (held === undefined || held.size === 0) return claims;
  const kept = claims.filter(([key]) => !held.has(key));
  for (const [key, { good }] of held) if (good !== undefined) kept.push([key, layersOf(good.setting)]);
  return kept;
}
