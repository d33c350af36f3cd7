/** Every state that a remote agent may see, in the order in which the core agent was in them. */
import type { ConfigValue } from "../../../src/shared/types.js";

/** A state as text, equal for equal states, without the keys that are judged by other rules. */
export function textOf(
  values: Iterable<readonly [key: string, value: ConfigValue | undefined]>,
  without: ReadonlySet<string>,
): string {
  const entries = [...values].filter(([key, value]) => value !== undefined && !without.has(key));
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export class History {
  readonly #states: string[];

  constructor(first: string) {
    this.#states = [first];
  }

  push(state: string): void {
    if (this.#states.at(-1) !== state) this.#states.push(state);
  }

  /** The first place from `from` on where the state was this one; -1: none. */
  find(state: string, from: number): number {
    return this.#states.indexOf(state, from);
  }

  get last(): string {
    return this.#states.at(-1) as string;
  }
}
