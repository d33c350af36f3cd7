/**
 * The difference between what readers see and what the store holds, when several events are published as one.
 *
 * Per key it keeps the first old value and the newest setting, so a key that changes three times is one change, one that
 * returns to its value is no change of value, and one that comes and goes is nothing at all.
 */

import type { EffectiveChange } from "../../shared/types.js";
import { equalValues } from "../../shared/values/equality.js";

/** An accumulator of changes that have not been published. */
export class NetChanges {
  readonly #changes = new Map<string, EffectiveChange>();

  /** Keys that differ. */
  get size(): number {
    return this.#changes.size;
  }

  /** Adds what happened after everything that was added before. */
  add(changes: readonly EffectiveChange[]): void {
    for (const change of changes) {
      const net = merge(this.#changes.get(change.key), change);
      if (net === undefined) this.#changes.delete(change.key);
      else this.#changes.set(change.key, net);
    }
  }

  /** The net changes, with `later` on top; the accumulator itself stays as it is. */
  with(later: readonly EffectiveChange[]): readonly EffectiveChange[] {
    // The usual case, a snapshot or a single update: nothing to merge and nothing to copy.
    if (this.#changes.size === 0) return later;
    // What is added one by one, as updates are, is not worth a copy of all the rest by key.
    const [only] = later;
    if (only !== undefined && later.length === 1) return this.#withOne(only);
    const copy = new NetChanges();
    for (const [key, change] of this.#changes) copy.#changes.set(key, change);
    copy.add(later);
    return [...copy.#changes.values()];
  }

  #withOne(later: EffectiveChange): readonly EffectiveChange[] {
    const all = [...this.#changes.values()];
    const earlier = this.#changes.get(later.key);
    const net = merge(earlier, later);
    const at = earlier === undefined ? all.length : all.indexOf(earlier);
    if (net === undefined) all.splice(at, 1);
    else all[at] = net;
    return all;
  }

  /** Forgets everything: readers see it now. */
  clear(): void {
    if (this.#changes.size > 0) this.#changes.clear();
  }

  /** Forgets the change of a key. */
  delete(key: string): void {
    this.#changes.delete(key);
  }

  /** `later` as seen from before these changes, for the keys that both are about; the accumulator itself stays as it is. */
  under(later: readonly EffectiveChange[]): readonly EffectiveChange[] {
    if (this.#changes.size === 0) return later;
    return later.flatMap((change) => merge(this.#changes.get(change.key), change) ?? []);
  }
}

function merge(first: EffectiveChange | undefined, second: EffectiveChange): EffectiveChange | undefined {
  if (first === undefined) return second;
  const { key, setting } = second;
  const { oldValue } = first;
  if (oldValue === undefined && setting === undefined) return undefined;
  const same = oldValue !== undefined && setting !== undefined && equalValues(oldValue, setting.value);
  return { key, setting, oldValue, valueChanged: !same };
}
