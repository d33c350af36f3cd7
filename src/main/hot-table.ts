/**
 * What the getters need of each key while nothing changes, in columns: getters over many keys are as fast as the cache lines
 * they touch are few, and an object a key would cost several.
 *
 * The hot path of a key in row `r` is `words[bound[2 * r]] === bound[2 * r + 1]`: one plain read of shared memory. The first
 * of the pair is the word of the key's cell, or of the cell that stands for all absent keys; the second is what it held when
 * all that is known of the key was read. While the two are equal, that is what the region says.
 */
import { STAMP_NEVER } from "../shared/layout.js";
import { type Binding, type Cached, type KeyState, notConverted, Reading } from "./entry.js";

export class HotTable {
  /** Cell and stamp of each row, side by side. */
  bound = new Int32Array(2 * 256);
  /** Conversions: the result, `undefined` when there is none, or {@link notConverted}. */
  readonly ints: Cached<number>[] = [];
  readonly texts: Cached<string>[] = [];
  readonly bools: Cached<boolean>[] = [];
  readonly floats: Cached<number>[] = [];
  readonly durationsMs: Cached<number>[] = [];
  /** All the rest that is known of each key. */
  readonly entries: Entry[] = [];

  /** Adds a row that no cell can match. */
  add(key: string, cell: number): Entry {
    const row = this.entries.length;
    if (this.bound.length === 2 * row) {
      const longer = new Int32Array(4 * row);
      longer.set(this.bound);
      this.bound = longer;
    }
    this.bound[2 * row] = cell;
    this.bound[2 * row + 1] = STAMP_NEVER;
    for (const column of [this.ints, this.texts, this.bools, this.floats, this.durationsMs]) column.push(undefined);
    const entry = new Entry(key, row, this);
    this.entries.push(entry);
    return entry;
  }
}

/** A key as one thread knows it. It knows its table, since a handle may outlive the table's use by the getters. */
export class Entry extends Reading {
  /** Lower-case key. */
  readonly key: string;
  binding: Binding = { arena: 0, slot: -1, publish: 0 };
  readonly #row: number;
  readonly #table: HotTable;

  constructor(key: string, row: number, table: HotTable) {
    super();
    this.key = key;
    this.#row = row;
    this.#table = table;
  }

  get cell(): number {
    return this.#table.bound[2 * this.#row] as number;
  }

  get stamp(): number {
    return this.#table.bound[2 * this.#row + 1] as number;
  }

  bind(cell: number, stamp: number): void {
    this.#table.bound[2 * this.#row] = cell;
    this.#table.bound[2 * this.#row + 1] = stamp;
  }

  override update(state: KeyState): void {
    super.update(state);
    const table = this.#table;
    const cleared = state.value === undefined ? undefined : notConverted;
    table.ints[this.#row] = cleared;
    table.texts[this.#row] = cleared;
    table.bools[this.#row] = cleared;
    table.floats[this.#row] = cleared;
    table.durationsMs[this.#row] = cleared;
  }
}
