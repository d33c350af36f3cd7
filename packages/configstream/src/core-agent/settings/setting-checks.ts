/** What the core agent can send: keys, sources and values within the limits of one setting. Pure. */

import {
  type ConfigValue,
  copyValue,
  described,
  InvalidOptionError,
  lowerCase,
  valueSize,
  wrongKey,
  wrongSource,
} from "configstream-consumer/internal";

/** Longest key, in bytes of UTF-8; consumers cannot store a longer one. */
export const maxKeyBytes = 65_535;
/** Largest value as it is sent, in bytes; consumers cannot store a larger one. */
export const maxValueBytes = 16 * 1024 * 1024;
/** How many characters of a long key an error quotes. */
const quotedKeyLength = 100;

/** A key as it is stored: in lower case. */
export function checkKey(key: string): string {
  if (typeof key !== "string" || key === "") {
    throw wrongKey(key);
  }
  const lower = lowerCase(key);
  // A character is three bytes at most, so that most keys are never measured.
  const bytes = lower.length * 3 <= maxKeyBytes ? 0 : Buffer.byteLength(lower);
  if (bytes > maxKeyBytes) {
    const start = JSON.stringify(lower.slice(0, quotedKeyLength));
    throw new InvalidOptionError(
      `A setting's key that begins with ${start} has ${bytes} bytes; give one of at most ${maxKeyBytes} bytes.`,
    );
  }
  return lower;
}

/** Several keys; a text would be taken for its letters. Each is still to be checked. */
export function checkKeys(keys: Iterable<string>): Iterable<string> {
  if (typeof keys === "object" && keys !== null && Symbol.iterator in keys) return keys;
  throw new InvalidOptionError(`Keys must be a list of names, but are ${described(keys)}.`);
}

/** A key and a private copy of its value. Values are never quoted. */
export function checkSetting(
  givenKey: string,
  givenValue: unknown,
): { readonly key: string; readonly value: ConfigValue } {
  const key = checkKey(givenKey);
  const value = copyValue(key, givenValue);
  const bytes = valueSize(value);
  if (bytes > maxValueBytes) {
    const name = key.length > quotedKeyLength ? `${key.slice(0, quotedKeyLength)}…` : key;
    throw new InvalidOptionError(
      `The value of setting "${name}" needs ${bytes} bytes; give one of at most ${maxValueBytes} bytes.`,
    );
  }
  return { key, value };
}

/** What {@link judgeSetting} found. */
export type JudgedSetting =
  | { readonly key: string; readonly value: ConfigValue; readonly reason?: undefined }
  | { readonly reason: string };

export function checkSource(source: string): string {
  if (typeof source !== "string" || source === "") {
    throw wrongSource(source);
  }
  return source;
}

/** A setting of a file, the environment or a store as {@link checkSetting} gives it, or why it cannot be sent, as a sentence. */
export function judgeSetting(key: string, value: unknown): JudgedSetting {
  try {
    return checkSetting(key, value);
  } catch (error) {
    return { reason: (error as Error).message };
  }
}
