/**
 * Space for records and tables inside the pages of one arena. Pure bookkeeping: private to the writer, touches no shared
 * memory, so that a writer's death leaves nothing to repair.
 *
 * Sizes are rounded to classes at most an eighth apart; a freed block serves the next request of its class, and new
 * blocks are cut from the end of the newest extent.
 */

/** Source of new extents: pages that belong to the arena alone. Throws when there are none. */
export type GrowBytes = (minBytes: number) => { readonly at: number; readonly length: number };

const ALIGNMENT = 4;
const LINEAR_LIMIT = 256;

/** Size that a request is rounded up to. */
export function classSize(length: number): number {
  if (length <= LINEAR_LIMIT) return Math.max(ALIGNMENT, (length + ALIGNMENT - 1) & -ALIGNMENT);
  const step = 2 ** (Math.floor(Math.log2(length)) - 3);
  return Math.ceil(length / step) * step;
}

export class ValueSpace {
  readonly #grow: GrowBytes;
  /** Blocks that were given back, by class. */
  readonly #free = new Map<number, number[]>();
  /** Those of the small classes, by size in units of {@link ALIGNMENT}: nearly all blocks are of these. */
  readonly #smallFree: (number[] | undefined)[] = new Array(LINEAR_LIMIT / ALIGNMENT + 1).fill(undefined);
  #next = 0;
  #end = 0;
  #freeBytes = 0;
  #totalBytes = 0;

  constructor(grow: GrowBytes) {
    this.#grow = grow;
  }

  /** True when blocks of the two lengths are of one class, so that one can hold what the other held. */
  static sameBlock(a: number, b: number): boolean {
    return classSize(a) === classSize(b);
  }

  /** Bytes in freed blocks: what a fresh arena would save. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Bytes of all extents. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Gives the byte offset of a block of at least `length` bytes, 4-byte aligned. Throws what the source of extents throws. */
  allocate(length: number): number {
    const size = classSize(length);
    const reused = this.#blocksOf(size)?.pop();
    if (reused !== undefined) {
      this.#freeBytes -= size;
      return reused;
    }
    if (this.#next + size > this.#end) this.#addExtent(size);
    const at = this.#next;
    this.#next += size;
    return at;
  }

  /** Gives back a block that was allocated with the same `length`. */
  free(at: number, length: number): void {
    const size = classSize(length);
    this.#freeBytes += size;
    const blocks = this.#blocksOf(size);
    if (blocks !== undefined) blocks.push(at);
    else if (size <= LINEAR_LIMIT) this.#smallFree[size / ALIGNMENT] = [at];
    else this.#free.set(size, [at]);
  }

  #blocksOf(size: number): number[] | undefined {
    return size <= LINEAR_LIMIT ? this.#smallFree[size / ALIGNMENT] : this.#free.get(size);
  }

  #addExtent(size: number): void {
    const { at, length } = this.#grow(size);
    if (at === this.#end) {
      this.#end += length;
    } else {
      // What is left of the old extent is kept for small requests.
      this.#keepRest();
      this.#next = at;
      this.#end = at + length;
    }
    this.#totalBytes += length;
  }

  #keepRest(): void {
    let rest = this.#end - this.#next;
    let at = this.#next;
    while (rest >= ALIGNMENT) {
      const size = rest > LINEAR_LIMIT ? LINEAR_LIMIT : rest - (rest % ALIGNMENT);
      this.free(at, size);
      at += size;
      rest -= size;
    }
  }
}
