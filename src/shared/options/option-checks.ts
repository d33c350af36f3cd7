/** Checks the options of public calls: names, types and ranges. Errors say what was given and what was expected. */
import { InvalidOptionError } from "../errors.js";
import { didYouMean, suggest } from "./suggest.js";

/** Refuses names that an options object does not have. */
export function checkNames(options: unknown, allowed: readonly string[], call: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InvalidOptionError(`${call} expects an object with options, but was given ${described(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (allowed.includes(name)) continue;
    const hint = didYouMean(suggest(name, allowed, 1)) || ` Known are: ${allowed.join(", ")}.`;
    throw new InvalidOptionError(`${call} has no option "${name}".${hint}`);
  }
}

/** An object whose own properties are keys or names; lists, maps and sets are none, because they would be taken for an empty one. */
export function isDictionary(given: unknown): given is { readonly [name: string]: unknown } {
  return typeof given === "object" && given !== null && !(Symbol.iterator in given);
}

/** Settings by key. Throws `InvalidOptionError`. `call`: what they were given to. */
export function checkSettings(given: unknown, call: string): void {
  if (isDictionary(given)) return;
  throw new InvalidOptionError(
    `${call} expects its settings as an object of keys and values, but was given ${described(given)}.`,
  );
}

/** A number from `min` to `max`. */
export function numberOption(
  name: string,
  given: unknown,
  fallback: number,
  range: { min: number; max: number; integer?: boolean },
): number {
  if (given === undefined) return fallback;
  const { min, max, integer = true } = range;
  const fits = typeof given === "number" && given >= min && given <= max && (!integer || Number.isInteger(given));
  if (!fits) {
    const kind = integer ? "a whole number" : "a number";
    throw new InvalidOptionError(`Option "${name}" must be ${kind} from ${min} to ${max}, but is ${described(given)}.`);
  }
  return given;
}

/** A time limit in ms; `Infinity` stands for none. */
export function timeoutOption(name: string, given: unknown, fallback: number): number {
  if (given === Number.POSITIVE_INFINITY) return given;
  return numberOption(name, given, fallback, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: false });
}

/** A non-empty string. */
export function stringOption(name: string, given: unknown, fallback: string): string {
  if (given === undefined) return fallback;
  if (typeof given !== "string" || given.trim() === "") {
    throw new InvalidOptionError(`Option "${name}" must be a non-empty string, but is ${described(given)}.`);
  }
  return given;
}

/** A list of non-empty strings. */
export function stringsOption(name: string, given: unknown, fallback: readonly string[]): readonly string[] {
  if (given === undefined) return fallback;
  if (!Array.isArray(given)) {
    throw new InvalidOptionError(`Option "${name}" must be an array of strings, but is ${described(given)}.`);
  }
  return given.map((element, index) => stringOption(`${name}[${index}]`, element ?? null, ""));
}

export function booleanOption(name: string, given: unknown, fallback: boolean): boolean {
  if (given === undefined) return fallback;
  if (typeof given !== "boolean") {
    throw new InvalidOptionError(`Option "${name}" must be true or false, but is ${described(given)}.`);
  }
  return given;
}

export function functionOption<T>(name: string, given: T | undefined): T | undefined {
  if (given !== undefined && typeof given !== "function") {
    throw new InvalidOptionError(`Option "${name}" must be a function, but is ${described(given)}.`);
  }
  return given;
}

export function choiceOption<T extends string>(name: string, given: unknown, choices: readonly T[], fallback: T): T {
  if (given === undefined) return fallback;
  if (!(choices as readonly unknown[]).includes(given)) {
    const listed = choices.map((choice) => `"${choice}"`).join(", ");
    throw new InvalidOptionError(`Option "${name}" must be one of ${listed}, but is ${described(given)}.`);
  }
  return given as T;
}

/** An object that has functions under these names. */
export function shapeOption<T>(name: string, given: T | undefined, methods: readonly string[]): T | undefined {
  if (given === undefined) return undefined;
  const fits = typeof given === "object" && given !== null;
  const missing = methods.filter(
    (method) => typeof (given as { [name: string]: unknown } | null)?.[method] !== "function",
  );
  if (!fits || missing.length > 0) {
    throw new InvalidOptionError(
      `Option "${name}" must be an object with the functions ${methods.join(", ")}, but is ${described(given)}` +
        `${fits ? ` without ${missing.join(", ")}` : ""}.`,
    );
  }
  return given;
}

/** The error for what is no key of a setting. */
export function wrongKey(given: unknown): InvalidOptionError {
  return new InvalidOptionError(`A setting's key is ${described(given)}; give a non-empty dotted name.`);
}

/** The error for what is no source of a setting. */
export function wrongSource(given: unknown): InvalidOptionError {
  return new InvalidOptionError(`A setting's source is ${described(given)}; give a name such as "file" or "cli".`);
}

/** A given value for an error's text. */
export function described(given: unknown): string {
  if (given === null || given === undefined || typeof given === "number" || typeof given === "boolean")
    return `${given}`;
  if (typeof given === "string") return given.length > 60 ? `"${given.slice(0, 60)}…"` : `"${given}"`;
  if (Array.isArray(given)) return `an array of ${given.length}`;
  if (given instanceof Map) return "a Map";
  if (given instanceof Set) return "a Set";
  return typeof given === "function" ? "a function" : `a value of type ${typeof given}`;
}
