/**
 * Options as tables: each option stands in one row, with its kind, range and default, and one function reads them all. A test holds
 * the documentation of the options against the rows.
 */
import { InvalidOptionError } from "../errors.js";
import {
  booleanOption,
  checkNames,
  choiceOption,
  described,
  functionOption,
  isDictionary,
  numberOption,
  shapeOption,
  stringOption,
  stringsOption,
} from "./option-checks.js";

/** One option: how it is read. `undefined` gives its default; what does not fit throws `InvalidOptionError`. */
export interface OptionRow<T> {
  /** What documentation has to say of it, in order: default, least, most. */
  readonly facts: readonly number[];
  /** `name` as it is written in errors, such as `limits.maxKeys`. */
  readonly read: (name: string, given: unknown) => T;
}

/** Rows by the names of the options. */
export type OptionTable = { readonly [name: string]: OptionRow<unknown> };

/** What reading by a table gives. */
export type OptionsBy<T extends OptionTable> = {
  readonly [Name in keyof T]: T[Name] extends OptionRow<infer V> ? V : never;
};

/** Reads all options of a table. Throws `InvalidOptionError` for one that is not in it, and for a value that does not fit. */
export function readOptions<T extends OptionTable>(call: string, table: T, given: unknown): OptionsBy<T> {
  return readRows(call, table, given, "");
}

/** An object of options inside of options; left out, it has all its defaults. */
export function group<T extends OptionTable>(table: T): OptionRow<OptionsBy<T>> {
  return row([], (name, given) => readRows(`Option "${name}"`, table, given ?? {}, `${name}.`));
}

function readRows<T extends OptionTable>(call: string, table: T, given: unknown, prefix: string): OptionsBy<T> {
  checkNames(given, Object.keys(table), call);
  const values = given as { readonly [name: string]: unknown };
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => [name, option.read(prefix + name, values[name])]),
  ) as OptionsBy<T>;
}

export interface NumberRange {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  /** Default: true. */
  readonly integer?: boolean;
  /** `Infinity` is allowed besides. Default: false. */
  readonly infinite?: boolean;
}

export function number(range: NumberRange): OptionRow<number> {
  const { fallback, min, max, infinite = false } = range;
  return row([fallback, min, max], (name, given) =>
    infinite && given === Number.POSITIVE_INFINITY ? given : numberOption(name, given, fallback, range),
  );
}

export function text(fallback: string): OptionRow<string> {
  return row([], (name, given) => stringOption(name, given, fallback));
}

export function texts(fallback: readonly string[]): OptionRow<readonly string[]> {
  return row([], (name, given) => stringsOption(name, given, fallback));
}

/** Source names, lowest priority first; each has one place. */
export function sources(fallback: readonly string[]): OptionRow<readonly string[]> {
  return row([], (name, given) => {
    const names = stringsOption(name, given, fallback);
    const twice = names.find((source, index) => names.indexOf(source) !== index);
    if (twice === undefined) return names;
    throw new InvalidOptionError(`Option "${name}" has "${twice}" twice; each source has one place.`);
  });
}

export function flag(fallback: boolean): OptionRow<boolean> {
  return row([], (name, given) => booleanOption(name, given, fallback));
}

export function choice<T extends string>(choices: readonly T[], fallback: T): OptionRow<T> {
  return row([], (name, given) => choiceOption(name, given, choices, fallback));
}

export function callback<T>(): OptionRow<T | undefined> {
  return row([], (name, given) => functionOption(name, given as T | undefined));
}

/** An object that has functions under these names. */
export function shape<T>(methods: readonly string[]): OptionRow<T | undefined> {
  return row([], (name, given) => shapeOption(name, given as T | undefined, methods));
}

/** An object, or what else is allowed. The value is not quoted where it is wrong: an environment holds secrets. */
export function object<T extends object | false>(
  fallback: T,
  expected: string,
  allowed: (given: unknown) => boolean = () => false,
): OptionRow<T> {
  return row([], (name, given = fallback) => {
    if (allowed(given) || isDictionary(given) || Array.isArray(given)) return given as T;
    throw new InvalidOptionError(`Option "${name}" must be ${expected}, but is ${described(given)}.`);
  });
}

/** A rule of its own. */
export function custom<T>(read: (name: string, given: unknown) => T): OptionRow<T> {
  return row([], read);
}

function row<T>(facts: readonly number[], read: (name: string, given: unknown) => T): OptionRow<T> {
  return { facts, read };
}
