/** Writes down one arena's names of sources, each once, by the number that records carry. */
import { ConfigStreamError } from "../../shared/errors.js";
import { block, MAX_SOURCES } from "../layout.js";
import type { Region } from "../region.js";
import type { SlotWrites } from "./slot-writes.js";

const encoder = new TextEncoder();

const none: ReadonlySet<string> = new Set();

export class SourceNames {
  readonly #region: Region;
  readonly #blockAt: number;
  readonly #allocate: (length: number) => number;
  /** Numbers by name. A removal has the empty name. */
  readonly #numbers = new Map<string, number>([["", 0]]);

  /** `tableAt` is the word index of the arena's table of names. */
  constructor(region: Region, blockAt: number, tableAt: number, allocate: (length: number) => number) {
    this.#region = region;
    this.#blockAt = blockAt;
    this.#allocate = allocate;
    region.setPlain(blockAt + block.sources, tableAt);
  }

  numberOf(name: string): number {
    return this.#numbers.get(name) ?? 0;
  }

  /** All names, by number. */
  names(): readonly string[] {
    return [...this.#numbers.keys()];
  }

  /** Whether there are numbers left for the sources of these writes. Numbers of sources that are gone are not reused. */
  hasRoomFor(writes: SlotWrites): boolean {
    return this.#numbers.size + this.#missing(writes).size <= MAX_SOURCES + 1;
  }

  /**
   * Gives each source of these writes a number. Throws `limit_exceeded`. When the publish is given up, what was written stays: no
   * reader looks at it before a descriptor names it.
   */
  prepare(writes: SlotWrites): void {
    for (const name of this.#missing(writes)) {
      const number = this.#numbers.size;
      if (number > MAX_SOURCES) {
        throw new ConfigStreamError(
          "limit_exceeded",
          `Source "${name.slice(0, 60)}" would be number ${number}; settings may come from ${MAX_SOURCES} sources at one time. The last good settings are kept.`,
        );
      }
      const bytes = encoder.encode(name);
      const at = this.#allocate(4 + bytes.length);
      this.#region.setPlain(at >> 2, bytes.length);
      this.#region.copyIn(at + 4, bytes);
      this.#region.setPlain(this.#region.plain(this.#blockAt + block.sources) + number, at);
      this.#numbers.set(name, number);
    }
  }

  #missing({ sources, count }: SlotWrites): ReadonlySet<string> {
    let missing: Set<string> | undefined;
    let last = "";
    for (let row = 0; row < count; row++) {
      const source = sources[row] as string;
      // Settings come in long runs of one source.
      if (source === last) continue;
      last = source;
      if (this.#numbers.has(source)) continue;
      missing ??= new Set();
      missing.add(source);
    }
    return missing ?? none;
  }
}
