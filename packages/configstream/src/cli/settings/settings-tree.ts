/** From dotted keys to a tree, for output that is nested. Pure. */

/** A section: names to settings or further sections. */
export type Tree<T> = Map<string, Leaf<T> | Tree<T>>;

export interface Leaf<T> {
  readonly leaf: T;
}

/**
 * Nests dotted keys. Nothing is lost: where a key is both a setting and a section, the settings of the section keep the
 * rest of their dotted name beside it.
 */
export function toTree<T>(entries: Iterable<readonly [key: string, value: T]>): Tree<T> {
  const root: Tree<T> = new Map();
  // Sorted, so that a setting comes before what would be below it.
  for (const [key, value] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const names = key.split(".");
    let tree = root;
    let depth = 0;
    for (; depth < names.length - 1; depth++) {
      const name = names[depth] as string;
      const next = tree.get(name);
      if (next !== undefined && !(next instanceof Map)) break;
      const below = next ?? new Map();
      tree.set(name, below);
      tree = below;
    }
    tree.set(names.slice(depth).join("."), { leaf: value });
  }
  return root;
}

/** As plain objects, for JSON. */
export function toObject<T>(tree: Tree<T>): { [name: string]: unknown } {
  const entries = [...tree].map(([name, node]) => [name, node instanceof Map ? toObject(node) : node.leaf] as const);
  return Object.fromEntries(entries);
}
