/** What one subscriber was told, change by change: each begins where the one before it ended. */
import type { ConfigChange, ConfigValue } from "../../../src/shared/types.js";

export class Chain {
  readonly name: string;
  readonly told: Map<string, ConfigValue>;
  readonly #fail: (what: string) => void;
  changes = 0;

  /** `from`: what the subscriber knew before. */
  constructor(name: string, from: ReadonlyMap<string, ConfigValue>, fail: (what: string) => void) {
    this.name = name;
    this.told = new Map(from);
    this.#fail = fail;
  }

  add({ key, oldValue, newValue }: ConfigChange): void {
    this.changes++;
    const known = this.told.get(key);
    if (json(known) !== json(oldValue)) {
      this.#fail(
        `${this.name}: "${key}" is told to have been ${json(oldValue)}, and was last told to be ${json(known)}`,
      );
    }
    if (json(oldValue) === json(newValue))
      this.#fail(`${this.name}: a change of "${key}" that is none: ${json(newValue)}`);
    if (newValue === undefined) this.told.delete(key);
    else this.told.set(key, newValue);
  }

  /** Everything was told by now. */
  mustEqual(seen: ReadonlyMap<string, ConfigValue>, when: string): void {
    const differs = new Set([...seen.keys(), ...this.told.keys()]);
    for (const key of differs) {
      if (json(seen.get(key)) === json(this.told.get(key))) continue;
      this.#fail(
        `${this.name}, ${when}: "${key}" is ${json(seen.get(key))}, and was told to be ${json(this.told.get(key))}`,
      );
    }
  }
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
