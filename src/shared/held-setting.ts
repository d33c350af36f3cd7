/** A setting whose newest value broke its guard: readers keep the last good one. Never holds the value. */
export interface HeldSetting {
  readonly key: string;
  /** The rule that is broken, in words. */
  readonly rule: string;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Where the refused value came from; empty when the setting was taken away. */
  readonly source: string;
  /** The core agent's number of the state that brought it. */
  readonly sequenceId: number;
  /** Of what kind the refused value is, such as `text`; `nothing` when the setting was taken away. */
  readonly kind?: ValueKind;
}

/** What a value is, for people. */
export type ValueKind = "nothing" | "null" | "boolean" | "number" | "text" | "list" | "map";

/** What has changed about held settings. */
export interface HeldChange {
  /** Settings that are held now and were not, or by another rule. */
  readonly held: readonly HeldSetting[];
  /** Keys of settings that were held and are not any more. */
  readonly healed: readonly string[];
}
