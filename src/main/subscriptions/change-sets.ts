/** Change sets: the changes of one publish, together. */
import { mergeChange } from "../../shared/change-queue.js";
import type { ConfigChange } from "../../shared/types.js";
import type { View } from "../reader/api.js";

/** All changes that became visible by one publish, as far as they pass the subscription's filter. For one thread. */
export interface ChangeSet<Change = ConfigChange, TheView = View> {
  /** At least one; each key at most once. */
  readonly changes: readonly Change[];
  /** The core agent's number of the state in which they became visible. */
  readonly sequenceId: number;
  /** What caused them; `undefined` when that is not known, which is always so: no core agent sends it. */
  readonly causes: readonly string[] | undefined;
  /**
   * The settings as this publish left them, whatever has been published since; made when it is first asked for, and kept. Keys,
   * values and sources are exactly its own. When another publish has come meanwhile, `publishedAtMs` and `origin` are of that one, and
   * what the sets do not contain may be missing or older: layers below the winners, and a source that has changed while the value has not.
   *
   * When events were merged before they reached this thread, the view is of the newest publish, as its `sequenceId` says. Throws as
   * `reader.view()` does.
   */
  readonly view: TheView;
}

/** A set over one publish, or over several that were merged. */
export class PublishedSet implements ChangeSet {
  readonly changes: readonly ConfigChange[];
  readonly sequenceId: number;
  readonly causes: undefined;
  readonly #view: () => View;

  constructor(changes: readonly ConfigChange[], view: () => View) {
    this.changes = Object.freeze([...changes]);
    this.sequenceId = changes.at(-1)?.sequenceId ?? 0;
    this.causes = undefined;
    this.#view = once(view);
    Object.freeze(this);
  }

  get view(): View {
    return this.#view();
  }

  /** The part that fits; `undefined` when nothing does. */
  filtered(matches: (key: string) => boolean): PublishedSet | undefined {
    const changes = this.changes.filter(({ key }) => matches(key));
    if (changes.length === this.changes.length) return this;
    return changes.length === 0 ? undefined : new PublishedSet(changes, this.#view);
  }

  /** One set of all changes, and with the view of the newest; `undefined` when nothing is left of them. */
  static merged(sets: readonly PublishedSet[]): PublishedSet | undefined {
    const changes = merged(sets.flatMap((one) => one.changes));
    const newest = sets.at(-1);
    return newest === undefined || changes.length === 0 ? undefined : new PublishedSet(changes, newest.#view);
  }
}

/** Sets that wait. When it is full they become one. */
export class ChangeSetQueue {
  readonly #bound: number;
  #sets: PublishedSet[] = [];

  constructor(bound: number) {
    this.#bound = bound;
  }

  get full(): boolean {
    return this.#sets.length >= this.#bound;
  }

  push(set: PublishedSet): void {
    if (!this.full) {
      this.#sets.push(set);
      return;
    }
    const one = PublishedSet.merged([...this.#sets, set]);
    this.#sets = one === undefined ? [] : [one];
  }

  shift(): PublishedSet | undefined {
    return this.#sets.shift();
  }

  clear(): void {
    this.#sets = [];
  }
}

/** Puts sets together that arrive in several batches. */
export class SetAssembly {
  #pending: ConfigChange[] = [];

  /** Changes of a set that is not complete. */
  add(changes: readonly ConfigChange[]): void {
    for (const change of changes) this.#pending.push(change);
  }

  /**
   * A set's last changes; gives all of them. What is left of a set that never ended, because its worker has died or had to merge it
   * with later ones, becomes part of the next.
   */
  complete(changes: readonly ConfigChange[]): readonly ConfigChange[] {
    if (this.#pending.length === 0) return changes;
    this.add(changes);
    const whole = merged(this.#pending);
    this.#pending = [];
    return whole;
  }

  clear(): void {
    this.#pending = [];
  }
}

function merged(changes: readonly ConfigChange[]): readonly ConfigChange[] {
  const byKey = new Map<string, ConfigChange>();
  for (const change of changes) mergeChange(byKey, change);
  return [...byKey.values()].map((change) => Object.freeze(change));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
