/** Handles, and what ends the calls of their callbacks. Types and their documentation; no behaviour. */

/** Ends the calls of a callback. */
export interface UpdateSubscription extends Disposable {
  /** No further call comes. Harmless when repeated, and after the consumer's `stop()`. */
  unsubscribe(): void;
}

/** A reader bound to one key and one type. `value` costs about as much as a field. For one thread. */
export interface Setting<T> {
  /** Lower-case key. */
  readonly key: string;
  /**
   * The newest value, converted once per change. When it cannot be converted, the handle's default; after a parser threw, the
   * last good value.
   */
  readonly value: T;
  /** What the parser threw at the newest change, as long as that change stands; `undefined` when `value` reflects it. */
  readonly lastError: unknown;
  /**
   * Calls back with the new `value` and the one before after `value` has changed, until `unsubscribe()`. When the callback runs
   * and what happens when it throws: see `Reader.onUpdate`.
   */
  onChange(callback: (value: T, before: T) => unknown): UpdateSubscription;
  /** What a log that writes objects as JSON shows: the key, and not the value. */
  toJSON(): { readonly key: string };
}
