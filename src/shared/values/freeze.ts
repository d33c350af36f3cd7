import type { ConfigValue } from "../types.js";
import type { ConfigMap } from "./equality.js";

/**
 * Freezes a value with all that it holds, so that states, changes and readers can share it. Includes what is in a list or map
 * that is frozen already: the code that froze that may have stopped there.
 */
export function deepFreeze<T extends ConfigValue>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  // Walked, because `Object.values` of a long list would be one more large allocation.
  if (Array.isArray(value)) for (const inner of value) deepFreeze(inner as ConfigValue);
  else for (const name of Object.keys(value)) deepFreeze((value as ConfigMap)[name] as ConfigValue);
  return Object.freeze(value);
}
