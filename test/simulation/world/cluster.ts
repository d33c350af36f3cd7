/** The store of the fleet: a cluster in memory, with every state that it was in, and what a core agent has taken of it. */

import { StoreError } from "../../../packages/configstream/src/store/etcd/connection.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import { FakeCluster } from "../../support/store/fake-cluster.js";

export const storePrefix = "/fleet/";

export class Cluster {
  readonly #cluster = new FakeCluster();
  readonly #states = new Map<number, ReadonlyMap<string, ConfigValue>>([[1, new Map()]]);

  get connect() {
    return this.#cluster.connect;
  }

  get revision(): number {
    return this.#cluster.revision;
  }

  get watches(): number {
    return this.#cluster.watches;
  }

  /** One transaction. */
  put(puts: readonly (readonly [key: string, value: ConfigValue | undefined])[]): void {
    const state = new Map(this.stateAt(this.revision));
    for (const [key, value] of puts) {
      if (value === undefined) state.delete(key);
      else state.set(key, value);
    }
    // Before it can be seen.
    this.#states.set(this.revision + 1, state);
    const text = (value: ConfigValue | undefined) => (value === undefined ? undefined : JSON.stringify(value));
    this.#cluster.put(Object.fromEntries(puts.map(([key, value]) => [`${storePrefix}${key}`, text(value)])), 2);
  }

  stateAt(revision: number): ReadonlyMap<string, ConfigValue> {
    const state = this.#states.get(revision);
    if (state === undefined) throw new Error(`The store never was at revision ${revision}.`);
    return state;
  }

  leave(): void {
    this.#cluster.refuse = new StoreError("unavailable", "no leader");
    this.#cluster.drop();
  }

  comeBack(): void {
    this.#cluster.refuse = undefined;
  }

  compact(): void {
    this.#cluster.compact();
  }

  loseWatches(): void {
    this.#cluster.drop();
  }
}
