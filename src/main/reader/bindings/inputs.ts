/** What bindings are made of, and how the objects that applications hold are led back to that. */
import type { Reading } from "../../../memory/reader/entry.js";
import type { WantedName } from "../../../memory/reader/keys-reader.js";

/** Computes a value from what some names hold at one publish. The same readings give the same value. */
export interface Input<T = unknown> {
  /** The reader's own memory: inputs of two readers are never of one publish. */
  readonly of: object;
  readonly names: readonly WantedName[];
  /** @param readings One for each name. Throws what a function of the application throws, or a {@link Refusal}. */
  readonly take: (readings: readonly Reading[]) => T;
}

const inputs = new WeakMap<object, () => Input>();

/** Remembers what a handle or binding is made of, out of the sight of applications. */
export function rememberInput(held: object, input: () => Input): void {
  inputs.set(held, input);
}

/** What a handle or binding is made of; `undefined` for anything else. */
export function inputOf(held: unknown): Input | undefined {
  // Whatever is no object is not in the map.
  return inputs.get(held as object)?.();
}
