/**
 * Binding keys to the types of their values. Types only; nothing is checked when a program runs.
 *
 * A schema is an interface whose names are the dotted keys in lower case: see docs/reader.md, and `configstream types`,
 * which writes one.
 */
import type { ConfigChange, ConfigValue } from "../../shared/types.js";

/** A map whose keys are text. */
export type StringMap<T> = { readonly [key: string]: T };

/** The schema of readers that are given none: every key, every value. */
export interface AnySchema {
  readonly [key: string]: ConfigValue;
}

declare const unit: unique symbol;

/**
 * A Go duration as the core agent sends it: nanoseconds, or text such as `1h30m`. Read it with `getDuration`, which gives
 * milliseconds. A plain number or text may stand for it; the name keeps `getInt` and `getString` away from it.
 */
export type Duration = (number | string) & { readonly [unit]?: "duration" };

/** A size: a number of bytes, or text such as `10mb`. Read it with `getSizeInBytes`. */
export type Bytes = (number | string) & { readonly [unit]?: "bytes" };

/** Whether a schema says nothing about keys: {@link AnySchema}, another one with an index signature, or one without any name. */
export type IsOpen<S> = string extends keyof S ? true : [keyof S] extends [never] ? true : false;

/** All keys of a schema. */
export type KeyOf<S> = IsOpen<S> extends true ? string : keyof S & string;

/** Names above the keys of a schema: `a` and `a.b` for the key `a.b.c`. */
export type SectionOf<S> = IsOpen<S> extends true ? string : Above<keyof S & string>;

type Above<Key extends string, Before extends string = ""> = Key extends `${infer Name}.${infer Rest}`
  ? `${Before}${Name}` | Above<Rest, `${Before}${Name}.`>
  : never;

/** Keys and sections of a schema. */
export type NameIn<S> = KeyOf<S> | SectionOf<S>;

/** Whether nothing is known of a value, so that every getter may be tried. */
type IsUnknown<V> = [NonNullable<ConfigValue>] extends [V] ? true : false;

/** Whether a value of type V can be what a getter of type T is for. */
type Fits<V, T> =
  IsUnknown<V> extends true
    ? true
    : [V] extends [T]
      ? true
      : [V, T] extends [readonly (infer Element)[], readonly unknown[]]
        ? IsUnknown<Element>
        : [V, T] extends [StringMap<infer Inner>, StringMap<unknown>]
          ? IsUnknown<Inner>
          : false;

/** Keys of a schema whose values fit T. Keys of an unknown type (`ConfigValue`) fit everything. */
export type KeyFor<S, T> =
  IsOpen<S> extends true
    ? string
    : { [K in keyof S & string]-?: Fits<NonNullable<S[K]>, T> extends true ? K : never }[keyof S & string];

/** What a map getter takes: keys whose values are maps, and sections. */
export type MapNameFor<S, T> = KeyFor<S, StringMap<T>> | SectionOf<S>;

/** What a key or a section of a schema holds. */
export type ValueAt<S, Name extends string> =
  IsOpen<S> extends true ? ConfigValue : Name extends keyof S ? Exclude<S[Name], undefined> : SectionValue<S, Name>;

/** A section as a nested object. Every name may be missing. */
export type SectionValue<S, Prefix extends string> = Nested<Under<S, Prefix>>;

/** The keys of a schema below a prefix, without it. */
type Under<S, Prefix extends string> = {
  readonly [Key in keyof S as Key extends `${Prefix}.${infer Rest}` ? Rest : never]: S[Key];
};

/** Dotted keys as a nested object. */
type Nested<S> = {
  readonly [Name in FirstPart<keyof S>]?: Name extends keyof S ? Exclude<S[Name], undefined> : Nested<Under<S, Name>>;
};

type FirstPart<Key> = Key extends `${infer Name}.${string}` ? Name : Key & string;

/** All settings by dotted key; each may be missing. */
export type Flattened<S> = { readonly [K in keyof S & string]?: ValueAt<S, K> };

/** Settings by dotted key, in the form in which they are given. */
export type Settings<S> = IsOpen<S> extends true ? StringMap<ConfigValue> : Flattened<S>;

/** A change of one of these keys: `change.key` says which, and determines the type of the values. */
export type ChangeOf<S, K extends string> = string extends K
  ? ConfigChange
  : {
      [P in K]: ConfigChange & {
        readonly key: P;
        readonly oldValue: ValueAt<S, P> | undefined;
        readonly newValue: ValueAt<S, P> | undefined;
      };
    }[K];
