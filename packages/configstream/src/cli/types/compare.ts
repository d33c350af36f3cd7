/** Compares what code declares and reads with what a core agent has. Pure. */
import { lowerCase, suggest } from "configstream-consumer/internal";
import { declaredKeys, usedKeys } from "./declared.js";
import { fitsDeclared, type Schema } from "./type-text.js";

/** One thing that no longer fits. */
export interface Misfit {
  readonly key: string;
  /** Where it is declared or read, from 1. */
  readonly line: number;
  /** One sentence. */
  readonly problem: string;
  /** Names that are close to a key that no longer exists. */
  readonly near: readonly string[];
}

export interface Comparison {
  readonly misfits: readonly Misfit[];
  /** Keys that were looked at. */
  readonly checked: number;
}

/** `undefined`: the text neither declares nor reads a setting. */
export function compare(text: string, schema: Schema, name?: string): Comparison | undefined {
  const declared = declaredKeys(text, name);
  const used = usedKeys(text);
  if (declared === undefined && used.size === 0) return undefined;
  const misfits: Misfit[] = [];
  const gone = (key: string, line: number): Misfit => ({
    key,
    line,
    problem: "is gone",
    near: suggest(key, [...schema.keys()]),
  });
  for (const [key, { type, optional, line }] of declared ?? []) {
    const actual = schema.get(lowerCase(key));
    if (actual === undefined) {
      if (!optional) misfits.push(gone(key, line));
    } else if (!fitsDeclared(actual, type)) {
      misfits.push({ key, line, problem: `is declared as ${type}, but is ${actual} now`, near: [] });
    }
  }
  for (const [key, { sectionFits, line }] of used) {
    if (declared?.has(key) || schema.has(key) || (sectionFits && isSection(key, schema))) continue;
    misfits.push(gone(key, line));
  }
  misfits.sort((a, b) => a.line - b.line);
  return { misfits, checked: new Set([...(declared?.keys() ?? []), ...used.keys()]).size };
}

function isSection(key: string, schema: Schema): boolean {
  for (const name of schema.keys()) if (name.startsWith(`${key}.`)) return true;
  return false;
}
