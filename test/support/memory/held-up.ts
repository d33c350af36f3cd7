/** A region whose thread is held up before one of its accesses, in which others go on. */
import { Region } from "../../../src/memory/region.js";
import type { SharedMemory } from "../../../src/shared/types.js";

/** Which accesses count. */
export interface Counted {
  /** Of the ordered ones, by their word. Default: all. */
  readonly word?: (word: number) => boolean;
  /** Whether plain writes and growth count as well. Default: false. */
  readonly plain?: boolean;
}

/** Looks at and changes shared words as any region, and is held up before the access of that number. */
export class HeldUp extends Region {
  accesses = 0;
  #before = 0;
  #meanwhile: () => void = () => {};
  readonly #isWord: (word: number) => boolean;
  readonly #plain: boolean;

  constructor(memory: SharedMemory, { word = () => true, plain = false }: Counted = {}) {
    super(memory);
    this.#isWord = word;
    this.#plain = plain;
  }

  holdUp(before: number, meanwhile: () => void): void {
    this.accesses = 0;
    this.#before = before;
    this.#meanwhile = meanwhile;
  }

  override load(word: number): number {
    return this.#ordered(word, () => super.load(word));
  }
  override store(word: number, value: number): void {
    this.#ordered(word, () => super.store(word, value));
  }
  override add(word: number, value: number): number {
    return this.#ordered(word, () => super.add(word, value));
  }
  override exchange(word: number, value: number): number {
    return this.#ordered(word, () => super.exchange(word, value));
  }
  override compareExchange(word: number, expected: number, value: number): number {
    return this.#ordered(word, () => super.compareExchange(word, expected, value));
  }
  override setPlain(word: number, value: number): void {
    this.#counted(this.#plain, () => super.setPlain(word, value));
  }
  override copyIn(at: number, source: Uint8Array, from?: number, length?: number): void {
    this.#counted(this.#plain, () => super.copyIn(at, source, from, length));
  }
  override grow(pages: number): number {
    return this.#counted(this.#plain, () => super.grow(pages));
  }

  #ordered<T>(word: number, access: () => T): T {
    return this.#counted(this.#isWord(word), access);
  }

  #counted<T>(counts: boolean, access: () => T): T {
    if (counts && ++this.accesses === this.#before) this.#meanwhile();
    return access();
  }
}
