import type { ConfigValue } from "../types.js";
import type { ConfigMap } from "./equality.js";

/**
 * Freezes a value with all that it holds, so that states, changes and readers can share it. Also what lies in a list or map that
 * is frozen already: whoever froze that need not have gone further.
 */
export function deepFreeze<T extends ConfigValue>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  // Walked, since `Object.values` of a long list would be one large allocation more.
  if (Array.isArray(value)) for (const inner of value) deepFreeze(inner as ConfigValue);
  else for (const name of Object.keys(value)) deepFreeze((value as ConfigMap)[name] as ConfigValue);
  return Object.freeze(value);
}
