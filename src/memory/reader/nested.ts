/** From dotted keys to nested objects. */
import type { ConfigValue } from "../../shared/types.js";

type Branch = { [name: string]: ConfigValue | Branch };

/**
 * Nests dotted keys, and freezes what it makes; values are taken over as they are, so that a map with dots in its names stays
 * what it is. Where a key is both a value and a section, the section's names win and the value is left out, because one name
 * cannot be both. Names such as `__proto__` become plain properties.
 */
export function nest(settings: Iterable<readonly [key: string, value: ConfigValue]>): {
  readonly [name: string]: ConfigValue;
} {
  const root: Branch = {};
  const branches = new Map<string, Branch>([["", root]]);
  const sorted = [...settings].sort(([a], [b]) => (a < b ? -1 : 1));
  const branchOf = (path: string): Branch => {
    const known = branches.get(path);
    if (known) return known;
    const dot = path.lastIndexOf(".");
    const made: Branch = {};
    define(branchOf(dot < 0 ? "" : path.slice(0, dot)), path.slice(dot + 1), made);
    branches.set(path, made);
    return made;
  };
  for (const [key] of sorted) {
    const dot = key.lastIndexOf(".");
    if (dot >= 0) branchOf(key.slice(0, dot));
  }
  for (const [key, value] of sorted) {
    // The branch of the empty path is the whole, and no section of the name "", which a key that ends with its section's dot has.
    if (key !== "" && branches.has(key)) continue;
    const dot = key.lastIndexOf(".");
    define(branchOf(dot < 0 ? "" : key.slice(0, dot)), key.slice(dot + 1), value);
  }
  for (const branch of branches.values()) Object.freeze(branch);
  return root as { readonly [name: string]: ConfigValue };
}

function define(branch: Branch, name: string, value: ConfigValue | Branch): void {
  Object.defineProperty(branch, name, { value, enumerable: true, configurable: true, writable: true });
}
