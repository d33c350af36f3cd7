/** Reads the file of `--defaults`. */

import { readFault, readTextFile } from "configstream-consumer/internal";
import type { Defaults } from "../../core-agent/index.js";
import { CommandFailure } from "../exit.js";

/**
 * JSON: a map of dotted keys to values, a list of `{key, type, default}`, or an object that holds such a list as
 * `settings`. Rejects with a sentence that names the path, and quotes nothing of the content.
 */
export async function readDefaultsFile(path: string): Promise<Defaults> {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    throw new CommandFailure(`The defaults file ${path} ${readFault(error)}.`, undefined, { cause: error });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new CommandFailure(`The defaults file ${path} is not valid JSON; correct it there.`);
  }
  const defaults = isObject(parsed) && Array.isArray(parsed.settings) ? parsed.settings : parsed;
  if (Array.isArray(defaults) || isObject(defaults)) return defaults as Defaults;
  throw new CommandFailure(
    `The defaults file ${path} must hold a JSON object of keys and values, or a list of {"key", "type", "default"}.`,
  );
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
