/** One key as one thread knows it: where its cell is, what it held when this thread last looked, and conversions of that. */
import { STAMP_NEVER } from "../shared/layout.js";
import type { ConfigValue, SourceValue } from "../shared/types.js";

/** Marks a conversion that has not been made since the value changed. */
export const notConverted = null;
/** A cached conversion: the value, `undefined` when there is none, or {@link notConverted}. */
export type Cached<T> = T | undefined | typeof notConverted;

/** What a key holds at one publish. Never changed, only replaced; the same object means the same state. */
export interface KeyState {
  /** `undefined`: the key does not exist. */
  readonly value: ConfigValue | undefined;
  readonly source: string;
  /** The core agent's number of the state in which the value arrived. */
  readonly sequenceId: number;
  /** Layers, lowest priority first; `undefined` when only the winning source holds the key. */
  readonly layers: readonly SourceValue[] | undefined;
}

/** The state of every key that does not exist. */
export const absentState: KeyState = Object.freeze({
  value: undefined,
  source: "",
  sequenceId: 0,
  layers: undefined,
});

/** A key's state, with its conversions made when they are first asked for. */
export class Reading {
  // Few fields, and the hottest first: getters over many keys are as fast as the cache lines they touch are few.
  // `cell` and `stamp` belong to Entry, which explains them; a subclass's own fields would come last.
  cell: number;
  stamp = STAMP_NEVER;
  asInt: Cached<number> = notConverted;
  asString: Cached<string> = notConverted;
  asBool: Cached<boolean> = notConverted;
  asFloat: Cached<number> = notConverted;
  asDurationMs: Cached<number> = notConverted;
  state: KeyState = absentState;
  /** Conversions that are rarely hot, by name. */
  others: Map<string, unknown> | undefined = undefined;

  constructor(cell = 0) {
    this.cell = cell;
  }

  /** Takes in a new state of the key and forgets the conversions of the old one. */
  update(state: KeyState): void {
    this.state = state;
    this.asInt = notConverted;
    this.asString = notConverted;
    this.asBool = notConverted;
    this.asFloat = notConverted;
    this.asDurationMs = notConverted;
    this.others = undefined;
  }
}

/** Where a key was found. */
export interface Binding {
  readonly arena: number;
  /** -1: the key had no slot. */
  readonly slot: number;
  /** Publish that wrote the state. */
  readonly publish: number;
}

/**
 * A key as one thread knows it. The hot path of every getter is `words[entry.cell] === entry.stamp`: one plain read of
 * shared memory. `cell` is the word of the key's cell, or of the cell that stands for all absent keys; `stamp` is what it
 * held when everything else here was read. While the two are equal, all of it is what the region says.
 */
export class Entry extends Reading {
  /** Lower-case key. */
  readonly key: string;
  binding: Binding = { arena: 0, slot: -1, publish: 0 };

  constructor(key: string, cell: number) {
    super(cell);
    this.key = key;
  }
}
