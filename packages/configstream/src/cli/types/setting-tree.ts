/** Dotted keys as a tree of names, for code that is written. Pure. */
import { jsonText } from "../terminal/printable.js";
import type { Schema, TypeText } from "./type-text.js";

/** A section. */
export interface Tree {
  readonly [name: string]: Leaf | Tree;
}

/** A setting. */
export interface Leaf {
  readonly key: string;
  readonly type: TypeText;
}

/** Sections in sections; of what lies deeper, the names are put together. */
const maxDepth = 32;

/** Names in order. Where a name is a setting and a section, the section shows, as in the reader. Names have no prototype. */
export function treeOf(schema: Schema): Tree {
  const root = branch();
  // The longest first: a setting that is met later than what is below its name is left out.
  const leaves = [...schema].map(([key, type]) => ({ path: pathOf(key), leaf: { key, type } }));
  for (const { path, leaf } of leaves.sort((a, b) => b.path.length - a.path.length)) {
    const last = path.pop() as string;
    let at = root;
    for (const name of path) {
      at[name] ??= branch();
      at = at[name] as { [name: string]: Leaf | Tree };
    }
    at[last] ??= leaf;
  }
  return sorted(root);
}

/** What is below a dotted name; `undefined` when that is no section. */
export function sectionOf(tree: Tree, name: string): Tree | undefined {
  let at: Tree | Leaf | undefined = tree;
  for (const part of name.split(".")) at = at === undefined || isLeaf(at) ? undefined : at[part];
  return at === undefined || isLeaf(at) ? undefined : at;
}

export function isLeaf(node: Leaf | Tree): node is Leaf {
  return typeof node.key === "string";
}

/** A name as a member of an object: quoted where it has to be, and computed where quotes would not do. */
export function memberName(name: string): string {
  if (name === "__proto__" || name === "constructor") return `[${jsonText(name)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : jsonText(name);
}

/** A name as a type or a part of a function's name: `logs_config.batch` is `LogsConfigBatch`. */
export function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `Section${joined}`;
}

function branch(): { [name: string]: Leaf | Tree } {
  return Object.create(null) as { [name: string]: Leaf | Tree };
}

function sorted(tree: Tree): Tree {
  const result = branch();
  for (const name of Object.keys(tree).sort()) {
    const node = tree[name] as Leaf | Tree;
    result[name] = isLeaf(node) ? node : sorted(node);
  }
  return result;
}

function pathOf(key: string): string[] {
  const names = key.split(".");
  return names.length <= maxDepth ? names : [...names.slice(0, maxDepth), names.slice(maxDepth).join(".")];
}
