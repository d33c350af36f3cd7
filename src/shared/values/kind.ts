/** Of what kind a value is, where the value itself must not be said. */
import type { ValueKind } from "../held-setting.js";
import type { ConfigValue } from "../types.js";

export function kindOf(value: ConfigValue | undefined): ValueKind {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "string") return "text";
  return typeof value === "object" ? "map" : (typeof value as "number" | "boolean");
}
