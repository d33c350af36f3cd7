/** From the text of a YAML file to dotted leaves. Pure. */
import { LineCounter, parseDocument } from "yaml";
import { ConfigStreamError } from "../shared/errors.js";
import { lowerCase } from "../shared/lower-case.js";
import type { ConfigValue } from "../shared/types.js";
import type { KnownKeys } from "./known-keys.js";
import { copyValue, defineEntry } from "./values.js";

/** What of the known keys decides whether a map is a section or a value. */
export type KeyShapes = Pick<KnownKeys, "typeOf" | "isSection">;

/**
 * Parses a file into the leaves that it sets.
 *
 * @throws ConfigStreamError with code `invalid_config_file`, naming path, line and column.
 */
export function parseYaml(path: string, text: string, known: KeyShapes): Map<string, ConfigValue> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, merge: true });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    throw invalidFile(path, line, col, reasonOf(problem.code), problem);
  }
  const { line, col } = lineCounter.linePos(document.contents?.range?.[0] ?? 0);
  const leaves = new Map<string, ConfigValue>();
  try {
    // Maps keep keys that a plain object would lose, such as `__proto__`.
    const root: unknown = document.toJS({ mapAsMap: true });
    if (root === null || root === undefined) return leaves;
    if (root instanceof Map) {
      flatten(root, "", known, leaves);
      return leaves;
    }
  } catch (error) {
    throw invalidFile(path, line, col, "it is nested too deeply, or an alias in it cannot be resolved", error);
  }
  throw invalidFile(path, line, col, "its top level must be a map of settings", undefined);
}

/** The parser's own sentences may quote the file, and so a value; its codes may not. */
function reasonOf(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

function invalidFile(path: string, line: number, column: number, reason: string, error: unknown): ConfigStreamError {
  const parser = error instanceof Error ? { cause: new Error(`YAML parser: ${error.name}`) } : undefined;
  return new ConfigStreamError(
    "invalid_config_file",
    `The configuration file ${path} is not valid at line ${line}, column ${column}: ${reason}. Correct it there.`,
    parser,
  );
}

function flatten(
  map: ReadonlyMap<unknown, unknown>,
  prefix: string,
  known: KeyShapes,
  leaves: Map<string, ConfigValue>,
) {
  for (const [name, value] of map) {
    const key = `${prefix}${lowerCase(String(name))}`;
    // A key without a value, such as a section whose lines are all commented out, sets nothing.
    if (value === null || value === undefined || key === "") continue;
    if (value instanceof Map && !isMapValue(key, value, known)) flatten(value, `${key}.`, known, leaves);
    else leaves.set(key, copyValue(key, toValue(value)));
  }
}

/** Tells a map that is one value from a section. Known keys below decide before dots inside the names do. */
function isMapValue(key: string, map: ReadonlyMap<unknown, unknown>, known: KeyShapes): boolean {
  if (known.typeOf(key) === "object") return true;
  if (known.isSection(key)) return false;
  return map.size === 0 || [...map.keys()].some((name) => String(name).includes("."));
}

function toValue(value: unknown): ConfigValue {
  if (value instanceof Map) {
    const object: { [name: string]: ConfigValue } = {};
    for (const [name, item] of value) defineEntry(object, String(name), toValue(item));
    return object;
  }
  if (Array.isArray(value)) return value.map(toValue);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return value === null || value === undefined ? null : String(value);
}

/**
 * Merges the leaves of several files; later ones win. A later leaf also replaces an earlier section of the same name,
 * and a later section an earlier leaf.
 */
export function mergeLeaves(files: readonly ReadonlyMap<string, ConfigValue>[]): Map<string, ConfigValue> {
  const merged = new Map<string, ConfigValue>();
  for (const leaves of files) {
    for (const key of leaves.keys()) for (const parent of parentsOf(key)) merged.delete(parent);
    for (const key of merged.keys()) if (parentsOf(key).some((parent) => leaves.has(parent))) merged.delete(key);
    for (const [key, value] of leaves) merged.set(key, value);
  }
  return merged;
}

function parentsOf(key: string): string[] {
  const parents: string[] = [];
  for (let dot = key.lastIndexOf("."); dot > 0; dot = key.lastIndexOf(".", dot - 1)) parents.push(key.slice(0, dot));
  return parents;
}
