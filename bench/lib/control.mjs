/**
 * The least that a getter over values that can become outdated costs: a `Map.get` behind a comparison of two ordinary fields,
 * with a branch for when they differ. What this library's getter costs beyond it is what shared memory costs.
 */
export class GuardedMap {
  constructor(entries) {
    this.values = new Map(entries);
    this.latest = 1;
    this.settledAt = 1;
    this.renewals = 0;
  }

  /** As when a publish has come. */
  change(key, value) {
    this.values.set(key, value);
    this.latest++;
  }

  getInt(key, defaultValue = 0) {
    if (this.latest === this.settledAt) {
      const known = this.values.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValue;
    }
    return this.#renew(key) ?? defaultValue;
  }

  #renew(key) {
    this.renewals++;
    this.settledAt = this.latest;
    const known = this.values.get(key);
    return known === null ? undefined : known;
  }
}
