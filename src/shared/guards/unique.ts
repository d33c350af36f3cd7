/** Whether no two elements of a list are equal, in time that grows with the list. */
import type { ConfigValue } from "../types.js";

export function areUnique(list: readonly ConfigValue[]): boolean {
  return new Set(list.map((element) => canonical(element))).size === list.length;
}

/** Equal texts mean equal values. */
function canonical(value: ConfigValue): string {
  return JSON.stringify(value, (_name, inner: ConfigValue) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
