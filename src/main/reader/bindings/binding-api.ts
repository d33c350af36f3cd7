/** Settings that belong together. Types and their documentation; no behaviour. */
import type { ConfigStreamError } from "../../../shared/errors.js";
import type { Setting, UpdateSubscription } from "../setting-api.js";

/**
 * Values that belong together, all of one publish. For one thread.
 *
 * `value` costs about a handle's read while nothing is published, and after a publish a look at its own keys.
 */
export interface Binding<T> {
  /**
   * The newest values; the same object until one of them changes. Frozen, except for what your own functions make. When a
   * change is refused, the last good ones.
   */
  readonly value: T;
  /**
   * Why the newest change was refused, as long as it stands; `undefined` when `value` reflects it. Its `details.issues` give
   * paths and messages, without the values of settings; its `cause` is what one of your functions threw.
   */
  readonly lastError: ConfigStreamError | undefined;
  /**
   * Calls back with the new `value` and the one before when `value` has changed, at most once a publish, until `unsubscribe()`.
   * When the callback runs, and what happens when it throws: see `Reader.onUpdate`.
   */
  onChange(listener: (value: T, before: T) => unknown): UpdateSubscription;
  /** As above; with `now: true` also once before this returns, with `undefined` as the value before. */
  onChange(listener: (value: T, before: T | undefined) => unknown, options: OnChangeOptions): UpdateSubscription;
  /** What a log that writes objects as JSON shows: the keys, and no value. */
  toJSON(): { readonly keys: readonly string[] };
}

/** Options of {@link Binding.onChange}. */
export interface OnChangeOptions {
  /** Whether the listener is also called at once. Default: false. */
  readonly now?: boolean;
}

/** What a binding is made of: handles and bindings of one reader, by name. */
export type BindingSpec = { readonly [name: string]: Setting<unknown> | Binding<unknown> };

/** The values of a {@link BindingSpec}. */
export type Bound<Spec> = {
  readonly [Name in keyof Spec]: Spec[Name] extends { readonly value: infer Value } ? Value : never;
};

/** Options of `Reader.bind` with a spec. */
export interface BindOptions<Name extends string = string> {
  /**
   * Members whose key must have a value other than null that their handle can read; a default does not count. A binding of
   * several keys has requirements of its own, and cannot be named here. Default: none.
   */
  readonly required?: readonly Name[];
}
