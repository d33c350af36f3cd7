/** What a core agent remembers of its change sets. Pure. */
import type { ConfigValue } from "configstream-consumer/internal";
import type { ChangeCause } from "../settings/sources/source.js";

/** A value that was, or only its hash where it may be a credential: equal values of one file have equal hashes. */
export type PastValue = { readonly value: ConfigValue } | { readonly hash: string };

/** What one layer held of one key, before and after. `undefined`: nothing. */
export interface PastChange {
  readonly source: string;
  readonly key: string;
  readonly before: PastValue | undefined;
  readonly after: PastValue | undefined;
}

/** One change set of the past. */
export interface HistoryEntry {
  /** Counts on from one life of the core agent to the next, with the same data directory. */
  readonly id: number;
  readonly timeMs: number;
  readonly cause: ChangeCause;
  readonly changes: readonly PastChange[];
}

/** One key of one layer. */
export interface PastSetting {
  readonly source: string;
  readonly key: string;
  readonly value: PastValue;
}

/** All settings of all layers, by {@link placeOf}. */
export type PastState = ReadonlyMap<string, PastSetting>;

/** What a core agent had when it started, and what became of it. */
export interface Life {
  /** The state of this id is `base`: that of the start, or of the newest change set that was given up. */
  readonly id: number;
  readonly timeMs: number;
  /** `undefined`: it was too large to be kept. */
  readonly base: PastState | undefined;
  readonly entries: readonly HistoryEntry[];
}

/** Neither a source nor a key has a line break that would make two places one, because the key comes last. */
export function placeOf(source: string, key: string): string {
  return `${source}\n${key}`;
}

/** Brings a state on by one change set. */
export function changeOn(state: Map<string, PastSetting>, { changes }: HistoryEntry): void {
  for (const { source, key, after } of changes) put(state, source, key, after);
}

/** Brings a state back by one change set. */
export function changeBack(state: Map<string, PastSetting>, { changes }: HistoryEntry): void {
  for (const { source, key, before } of changes.toReversed()) put(state, source, key, before);
}

function put(state: Map<string, PastSetting>, source: string, key: string, value: PastValue | undefined): void {
  if (value === undefined) state.delete(placeOf(source, key));
  else state.set(placeOf(source, key), { source, key, value });
}
