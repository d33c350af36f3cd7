/** Guards out of a JSON file. */
import { readFault } from "../disk/file-faults.js";
import { type FileVersion, readRegularFile } from "../disk/regular-file.js";
import { InvalidOptionError } from "../errors.js";
import type { Guards } from "./guard-rule.js";
import { plainRules } from "./plain-rules.js";
import { type ReadyGuards, readGuards } from "./read-guards.js";

const maxFileBytes = 16 * 1024 * 1024;

export interface GuardFileContent {
  readonly guards: ReadyGuards;
  /** As they stand in the file. */
  readonly rules: Guards;
  readonly version: FileVersion;
}

/** `undefined` when the file still is of the version `known`. Throws `InvalidOptionError`, which names the path and what is wrong. */
export function readGuardFile(path: string): GuardFileContent;
export function readGuardFile(path: string, known: FileVersion | undefined): GuardFileContent | undefined;
export function readGuardFile(path: string, known?: FileVersion): GuardFileContent | undefined {
  const read = readBytes(path, known);
  if (read === undefined) return undefined;
  const { bytes, version } = read;
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new InvalidOptionError(`The guards file ${path} is not JSON in UTF-8.`, { cause, details: { path } });
  }
  const rules = typeof given === "object" && given !== null && !Array.isArray(given) ? plainRules(given) : given;
  return { guards: readGuards(`The guards file ${path}`, rules), rules: rules as Guards, version };
}

function readBytes(path: string, known: FileVersion | undefined) {
  try {
    return readRegularFile(path, maxFileBytes, known);
  } catch (cause) {
    throw new InvalidOptionError(`The guards file ${path} ${readFault(cause)}.`, { cause, details: { path } });
  }
}
