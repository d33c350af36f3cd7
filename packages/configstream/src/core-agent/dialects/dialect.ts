/** The same messages have carried several meanings over time; each meaning is one implementation of this interface. */
import { equalValues, type WireSetting } from "configstream-consumer/internal";
import type { EffectiveSetting, LayerChange } from "../settings/layer-store.js";

/**
 * Encodes one entry of a snapshot. As long as the same immutable object stands for the entry, its bytes are made once,
 * so that a resync after one change among 100,000 settings does not encode the other 99,999 again.
 */
export type EncodeEntry = (identity: object, make: () => WireSetting) => Buffer;

/** What reports a change that no update of a dialect can say: the whole state. */
export const wholeState = "whole state";

export interface Dialect {
  /** The encoded entries of a snapshot, in the order in which they are sent. */
  snapshot(settings: ReadonlyMap<string, EffectiveSetting>, encode: EncodeEntry): Iterable<Buffer>;
  /**
   * The update that reports a change. `undefined`: this dialect has nothing to report, and the change takes no sequence id,
   * because a number that no subscriber receives would look like a lost event.
   */
  update(change: LayerChange): WireSetting | typeof wholeState | undefined;
}

/**
 * True when a change leaves readers with the value that they have. A real core agent reports nothing then, even if another layer
 * now wins with an equal value.
 */
export function keepsValue({ before, after }: LayerChange): boolean {
  if (before === after) return true;
  return before !== undefined && after !== undefined && equalValues(before.value, after.value);
}
