/** How long a text, list or map is. */
import type { ConfigValue } from "../types.js";

export function lengthOf(value: ConfigValue): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}
