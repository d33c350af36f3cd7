/** One key as one thread knows it: where its cell is, what it held when this thread last looked, and conversions of that. */

import type { ConfigValue, SourceValue } from "../../shared/types.js";
import { header, STAMP_NEVER } from "../layout.js";

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
  /** What the value was asked for as, and could not be converted into. */
  unreadableAs: string[] | undefined = undefined;

  /** Takes in a new state of the key and forgets the conversions of the old one. */
  update(state: KeyState): void {
    this.state = state;
    this.asInt = notConverted;
    this.asString = notConverted;
    this.asBool = notConverted;
    this.asFloat = notConverted;
    this.asDurationMs = notConverted;
    this.others = undefined;
    this.unreadableAs = undefined;
  }
}

/** A key that this thread has asked for. While its cell holds `stamp`, its state is what the region says. */
export class Entry extends Reading {
  /** Lower-case key. */
  readonly key: string;
  /** Word of the key's cell, or of the cell that stands for all absent keys. */
  cell: number = header.firstCells;
  /** What that cell held when the state was read. */
  stamp = STAMP_NEVER;
  binding: Binding = { arena: 0, slot: -1, publish: 0 };

  constructor(key: string) {
    super();
    this.key = key;
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

/** Every layer of a state, lowest priority first. */
export function layersOf({ value, source, layers }: KeyState): readonly SourceValue[] {
  if (layers !== undefined) return layers;
  return Object.freeze(value === undefined ? [] : [Object.freeze({ source, value })]);
}
