/** What each key resolves to by the wire alone, and how one such state becomes the next. */
import type { ResolvedSetting } from "../../shared/types.js";
import { equalSettings } from "./diff.js";
import { KeyTree } from "./key-tree.js";

/** How entries change; `undefined` removes a key. */
export type EntryEdits = ReadonlyMap<string, ResolvedSetting | undefined>;

export class Entries {
  #settings = new Map<string, ResolvedSetting>();
  /** Built when first needed, kept up to date from then on. */
  #tree: KeyTree | undefined;

  get size(): number {
    return this.#settings.size;
  }

  get(key: string): ResolvedSetting | undefined {
    return this.#settings.get(key);
  }

  has(key: string): boolean {
    return this.#settings.has(key);
  }

  [Symbol.iterator](): IterableIterator<[string, ResolvedSetting]> {
    return this.#settings[Symbol.iterator]();
  }

  /** The keys below a key. */
  below(key: string): readonly string[] {
    this.#tree ??= new KeyTree(this.#settings.keys());
    return this.#tree.hasBelow(key) ? [...this.#tree.below(key)].filter((path) => this.#settings.has(path)) : [];
  }

  /** The edits that lead to exactly the wanted settings. */
  difference(wanted: ReadonlyMap<string, ResolvedSetting>): EntryEdits {
    const edits = new Map<string, ResolvedSetting | undefined>();
    let kept = 0;
    for (const [key, setting] of wanted) {
      const entry = this.#settings.get(key);
      if (entry !== undefined) kept++;
      if (entry === undefined || !equalSettings(entry, setting)) edits.set(key, setting);
    }
    if (kept < this.#settings.size) {
      for (const key of this.#settings.keys()) if (!wanted.has(key)) edits.set(key, undefined);
    }
    return edits;
  }

  put(key: string, setting: ResolvedSetting): void {
    if (this.#tree !== undefined && !this.#settings.has(key)) this.#tree.add(key);
    this.#settings.set(key, setting);
  }

  apply(edits: EntryEdits): void {
    for (const [key, setting] of edits) {
      if (setting === undefined) this.#remove(key);
      else this.put(key, setting);
    }
  }

  /** Takes a map for its own: filling a second one would cost as much as all the rest of taking in a snapshot. */
  become(settings: Map<string, ResolvedSetting>): void {
    this.#settings = settings;
    this.#tree = undefined;
  }

  #remove(key: string): void {
    if (this.#settings.delete(key)) this.#tree?.remove(key, (path) => this.#settings.has(path));
  }
}
