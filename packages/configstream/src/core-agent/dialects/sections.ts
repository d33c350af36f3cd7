/**
 * Leaves to sections: the part of a key before its first dot names the section, the rest becomes nested maps.
 *
 * A key that is a value and a section at once in one layer cannot be expressed in this form: only the section is sent, as the
 * core agents that speak it do.
 */

import { type ConfigValue, defineEntry } from "configstream-consumer/internal";

interface Node {
  value: ConfigValue | undefined;
  readonly children: Map<string, Node>;
}

/** Name of the section that a dotted key belongs to; a key without a dot is its own. */
export function sectionOf(key: string): string {
  const dot = key.indexOf(".");
  return dot < 0 ? key : key.slice(0, dot);
}

/** The nested value of one section, whose leaves are added one by one. */
export class SectionBuilder {
  readonly #root: Node = { value: undefined, children: new Map() };

  /** @param key Dotted key, the section's name included. */
  add(key: string, value: ConfigValue): void {
    let node = this.#root;
    for (const name of key.split(".").slice(1)) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = { value: undefined, children: new Map() };
        node.children.set(name, child);
      }
      node = child;
    }
    node.value = value;
  }

  /** `undefined` when nothing was added. */
  get value(): ConfigValue | undefined {
    return nested(this.#root);
  }
}

function nested({ value, children }: Node): ConfigValue | undefined {
  if (children.size === 0) return value;
  const map: { [name: string]: ConfigValue } = {};
  for (const [name, child] of children) {
    const inner = nested(child);
    if (inner !== undefined) defineEntry(map, name, inner);
  }
  return map;
}
