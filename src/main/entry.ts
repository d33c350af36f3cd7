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
  asInt: Cached<number> = notConverted;
  asString: Cached<string> = notConverted;
  asBool: Cached<boolean> = notConverted;
  asFloat: Cached<number> = notConverted;
  asDurationMs: Cached<number> = notConverted;
  state: KeyState = absentState;
  /** Conversions that are rarely hot, by name. */
  others: Map<string, unknown> | undefined = undefined;

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

/** Which conversion {@link HotKey} holds. */
export const hotKind = { none: 0, absent: 1, string: 2, bool: 3, int: 4, float: 5, durationMs: 6 } as const;

/**
 * What a getter needs of a key while nothing changes, in one small object: getters over many keys are as fast as the cache
 * lines they touch are few.
 *
 * The hot path is `words[cell] === stamp`: one plain read of shared memory. `cell` is the word of the key's cell, or of the
 * cell that stands for all absent keys; `stamp` is what it held when all that is known of the key was read. While the two
 * are equal, that is what the region says.
 */
export class HotKey {
  cell: number;
  stamp = STAMP_NEVER;
  /** The conversion that was asked for last, one of {@link hotKind}; `absent` when the key does not exist. */
  kind: number = hotKind.absent;
  /** Its result. */
  converted: string | number | boolean = 0;
  /** All the rest. */
  readonly entry: Entry;

  constructor(entry: Entry, cell: number) {
    this.entry = entry;
    this.cell = cell;
  }
}

/** A key as one thread knows it. */
export class Entry extends Reading {
  /** Lower-case key. */
  readonly key: string;
  readonly hot: HotKey;
  binding: Binding = { arena: 0, slot: -1, publish: 0 };

  constructor(key: string, cell: number) {
    super();
    this.key = key;
    this.hot = new HotKey(this, cell);
  }

  override update(state: KeyState): void {
    super.update(state);
    this.hot.kind = state.value === undefined ? hotKind.absent : hotKind.none;
  }
}
