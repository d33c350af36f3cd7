/** Finds the keys below a dotted prefix without looking at all keys. */
export class KeyTree {
  readonly #children = new Map<string, Set<string>>();

  constructor(keys: Iterable<string>) {
    for (const key of keys) this.add(key);
  }

  /** Adds a key; harmless when it is there already. */
  add(key: string): void {
    let child = key;
    for (let parent = parentOf(child); parent !== undefined; parent = parentOf(child)) {
      const siblings = this.#children.get(parent);
      if (siblings?.has(child)) return;
      if (siblings === undefined) this.#children.set(parent, new Set([child]));
      else siblings.add(child);
      child = parent;
    }
  }

  /** Removes a key. `isKey` says whether an inner path is a key of its own, which has to stay. */
  remove(key: string, isKey: (path: string) => boolean): void {
    let child = key;
    while (!this.#children.has(child)) {
      const parent = parentOf(child);
      if (parent === undefined) return;
      const siblings = this.#children.get(parent);
      siblings?.delete(child);
      if (siblings !== undefined && siblings.size > 0) return;
      this.#children.delete(parent);
      if (isKey(parent)) return;
      child = parent;
    }
  }

  /** True when at least one key starts with `prefix` and a dot. */
  hasBelow(prefix: string): boolean {
    return this.#children.has(prefix);
  }

  /** All paths below `prefix`: keys, and the inner paths that lead to them. */
  *below(prefix: string): Generator<string> {
    for (const child of this.#children.get(prefix) ?? []) {
      yield child;
      yield* this.below(child);
    }
  }
}

/** The part of a path before its last dot. */
export function parentOf(path: string): string | undefined {
  const dot = path.lastIndexOf(".");
  return dot < 0 ? undefined : path.slice(0, dot);
}
