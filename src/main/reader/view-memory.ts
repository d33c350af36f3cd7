/**
 * What the getters of one view have converted, by key in every spelling that was used; `null` when there is no value. A view never
 * changes, so nothing in it ever gets old.
 */
import type { ConfigValue } from "../../shared/types.js";
import type { StringMap } from "./schema.js";

type Known<T> = Map<string, T | null>;

/** Reads before a view remembers: one that is asked a few things must not pay for what pays off later. */
export const readsBeforeMemory = 32;
/** Spellings, and keys that do not exist, that a getter remembers; a caller that makes them up must not fill the memory. */
export const spareNames = 1_000;

export class ViewMemory {
  readonly values: Known<ConfigValue> = new Map();
  readonly texts: Known<string> = new Map();
  readonly bools: Known<boolean> = new Map();
  readonly ints: Known<number> = new Map();
  readonly int32s: Known<number> = new Map();
  readonly int64s: Known<number> = new Map();
  readonly floats: Known<number> = new Map();
  readonly durationsMs: Known<number> = new Map();
  readonly textLists: Known<readonly string[]> = new Map();
  readonly numberLists: Known<readonly number[]> = new Map();
  readonly maps: Known<StringMap<ConfigValue>> = new Map();
  readonly textMaps: Known<StringMap<string>> = new Map();
  readonly listMaps: Known<StringMap<readonly string[]>> = new Map();
  readonly sizes: Known<number> = new Map();
  readonly set: Known<boolean> = new Map();
  readonly configured: Known<boolean> = new Map();
  readonly sources: Known<string> = new Map();
}

/** Of views that do not remember yet. Always empty. */
export const noMemory = new ViewMemory();
