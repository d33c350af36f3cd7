/** One thread's reader, and what every look through it must find: whole states, in order, and all getters of one mind. */
import type { Reader } from "../../../src/main/reader/api.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import { pairKeys } from "../story/invent.js";
import { type History, textOf } from "./history.js";

export interface EyesParts {
  readonly name: string;
  readonly reader: Reader;
  readonly history: History;
  /** Keys that are judged by other rules. */
  readonly apart: ReadonlySet<string>;
  /** Every state that can be seen is one that the core agent was in. */
  readonly isStrict: () => boolean;
  readonly fail: (what: string) => void;
}

export class Eyes {
  readonly #parts: EyesParts;
  readonly #handles = new Map<string, { readonly value: ConfigValue | undefined }>();
  readonly #pair;
  /** Place in the history of the state that was seen last. */
  at = 0;

  constructor(parts: EyesParts) {
    this.#parts = parts;
    const { reader } = parts;
    const held = (key: string) => reader.setting(key).as((value) => (value as ConfigValue) ?? null);
    this.#pair = reader.bind({ a: held("pair.a"), b: held("pair.b"), c: held("pair.c") });
  }

  /** What is seen now. `notBefore`: a place in the history that this thread was already told of. */
  look(when: string, notBefore = 0): Map<string, ConfigValue> {
    const { name, reader, history, apart, isStrict, fail } = this.#parts;
    const view = reader.view();
    const seen = new Map<string, ConfigValue>();
    for (const key of view.keys()) seen.set(key, view.get(key) as ConfigValue);
    const where = `${name}, ${when}`;
    for (const [key, value] of seen) {
      const got = reader.get(key);
      if (!same(got, value)) fail(`${where}: the getter of "${key}" gives ${json(got)}, and the view ${json(value)}`);
      const handle = this.#handle(key);
      if (!same(handle.value, value))
        fail(`${where}: the handle of "${key}" gives ${json(handle.value)}, and the view ${json(value)}`);
    }
    for (const key of this.#handles.keys()) {
      if (seen.has(key)) continue;
      if (reader.get(key) !== undefined) fail(`${where}: the getter of "${key}" gives what the view has not`);
    }
    const [a, b, c] = pairKeys.map((key) => seen.get(key) ?? null);
    if (!same(a, b) || !same(b, c)) fail(`${where}: half of a change set: ${json([a, b, c])}`);
    const bound = this.#pair.value;
    if (!same(bound.a, a) || !same(bound.b, b) || !same(bound.c, c)) {
      fail(`${where}: the binding gives ${json(bound)}, and the view ${json([a, b, c])}`);
    }
    if (seen.has("configstream.stale_probe")) fail(`${where}: a stale event was applied`);
    if (isStrict()) this.#place(textOf(seen, apart), history, where, notBefore);
    return seen;
  }

  #place(state: string, history: History, where: string, notBefore: number): void {
    const { fail } = this.#parts;
    const at = history.find(state, Math.max(this.at, notBefore));
    if (at >= 0) {
      this.at = at;
      return;
    }
    const before = history.find(state, 0);
    if (before < 0) fail(`${where}: a state that the core agent was never in: ${state}`);
    else fail(`${where}: backwards, from state ${Math.max(this.at, notBefore)} to state ${before}: ${state}`);
  }

  #handle(key: string): { readonly value: ConfigValue | undefined } {
    const handle = this.#handles.get(key) ?? this.#parts.reader.setting(key).as((value) => value as ConfigValue);
    this.#handles.set(key, handle);
    return handle;
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || json(a) === json(b);
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
