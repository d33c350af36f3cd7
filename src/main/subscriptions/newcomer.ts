/**
 * What a subscription knew when it came: all that it could read by then. What arrives of that is no news to it.
 *
 * Publish numbers wrap, and each arena begins a range of its own, so that a number is compared only until the first news has arrived:
 * all that comes after news is news.
 */
export class Newcomer {
  #known: number | undefined;

  /** `known`: number of the newest publish that it can read; `undefined`: whatever comes is news. */
  constructor(known: number | undefined) {
    this.#known = known;
  }

  came(known: number | undefined): void {
    this.#known = known;
  }

  /** Whether a publish is news. To be asked of each that arrives, in their order; `undefined`: of one that no reader had seen. */
  hasNewsIn(publish: number | undefined): boolean {
    if (this.#known === undefined || publish === undefined) return true;
    if (((publish - this.#known) | 0) <= 0) return false;
    this.#known = undefined;
    return true;
  }
}
