/** Shared memory as a thread has it that may end between any two of its stores. */
import { Region } from "../../../src/memory/region.js";
import { Untold } from "../../../src/memory/untold.js";
import type { SharedMemory } from "../../../src/shared/types.js";
import { type Life, ThreadEnded } from "./life.js";

export class MortalRegion extends Region {
  readonly #life: Life;

  constructor(memory: SharedMemory, life: Life) {
    super(memory, life.clock);
    this.#life = life;
  }

  override setPlain(word: number, value: number): void {
    if (this.#life.step()) super.setPlain(word, value);
  }

  override store(word: number, value: number): void {
    if (this.#life.step()) super.store(word, value);
  }

  override store64(word: number, value: number): void {
    if (this.#life.step()) super.store64(word, value);
  }

  override add(word: number, value: number): number {
    return this.#life.step() ? super.add(word, value) : this.load(word);
  }

  override exchange(word: number, value: number): number {
    return this.#life.step() ? super.exchange(word, value) : this.load(word);
  }

  override compareExchange(word: number, expected: number, value: number): number {
    return this.#life.step() ? super.compareExchange(word, expected, value) : expected;
  }

  override copyIn(at: number, source: Uint8Array, from = 0, length = source.length): void {
    if (this.#life.step()) super.copyIn(at, source, from, length);
  }

  override copyInAscii(at: number, text: string): void {
    if (this.#life.step()) super.copyInAscii(at, text);
  }

  override clear(word: number, count: number): void {
    if (this.#life.step()) super.clear(word, count);
  }

  override grow(pages: number): number {
    if (!this.#life.step()) throw new ThreadEnded();
    return super.grow(pages);
  }
}

/** What subscribers were not told; its own stores make an entry count at once, so a thread ends before or after each call. */
export class MortalUntold extends Untold {
  readonly #life: Life;

  constructor(memory: SharedArrayBuffer, life: Life) {
    super(memory);
    this.#life = life;
  }

  override add(changes: Parameters<Untold["add"]>[0]): void {
    for (const change of changes) {
      if (this.#life.step()) super.add([change]);
    }
  }

  override told(changes: Parameters<Untold["told"]>[0]): void {
    for (const change of changes) {
      if (this.#life.step()) super.told([change]);
    }
  }

  override clear(): void {
    if (this.#life.step()) super.clear();
  }
}
