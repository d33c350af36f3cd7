/** Chance from a seed: the same seed and the same questions give the same answers, on every machine. */

export class Chance {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }

  /** Uniform in [0, 1). */
  readonly next = (): number => {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** Small numbers as likely as large ones: each power of two has the same share. */
  spread(most: number): number {
    return Math.floor(2 ** (this.next() * Math.log2(most + 1)));
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  of<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  /** One of some things, each as likely as its weight says. */
  weighted<T>(list: readonly (readonly [weight: number, thing: T])[]): T {
    let at = this.next() * list.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, thing] of list) {
      at -= weight;
      if (at < 0) return thing;
    }
    return (list.at(-1) as readonly [number, T])[1];
  }

  /** Chance of its own, so that what is asked here does not depend on what is asked elsewhere. */
  fork(name: string | number): Chance {
    let hash = 2_166_136_261 ^ this.#seed;
    for (const letter of `${name}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
    return new Chance(hash ^ (hash >>> 13));
  }
}
