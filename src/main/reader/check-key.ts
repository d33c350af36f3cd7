/** Refuses what is not a key. Called outside the hot path only, so that it costs getters nothing. */
import { InvalidOptionError } from "../../shared/errors.js";
import { described } from "../../shared/options/option-checks.js";

/** Throws `InvalidOptionError` when a call was given anything but a text. */
export function checkKey(call: string, key: unknown): asserts key is string {
  if (typeof key === "string") return;
  throw new InvalidOptionError(`${call} expects a key, which is a string, but was given ${described(key)}.`);
}
