/** A rule made ready: a function that says of a value which rule it breaks. */
import type { ConfigValue } from "../types.js";
import { conversions, typeOf, typeWords } from "./conversion.js";
import type { GuardRule } from "./guard-rule.js";
import { lengthOf } from "./lengths.js";
import { patternCheck } from "./pattern.js";
import { schemaCheck } from "./schema.js";

/** The rule that a value breaks, in words that hold nothing of the value; `undefined`: the value is good. Never throws. */
export type Check = (value: ConfigValue) => string | undefined;

/** Longest list of choices in words. */
const maxChoices = 200;

/** Makes a check of a rule that is in order. Throws errors of the validator and of the patterns, for `wrongRule`. */
export function checkOf(rule: GuardRule): Check {
  const type = typeOf(rule);
  const parts = [...partsOf(rule)];
  if (type === undefined) return (value) => firstBroken(parts, value);
  const convert = conversions[type];
  const unreadable = `must be ${typeWords[type]}`;
  return (value) => {
    const converted = convert(value);
    return converted === undefined ? unreadable : firstBroken(parts, converted);
  };
}

/** As {@link checkOf}, made when it first judges a value: most settings never change. `rule` must be in order. */
export function lateCheckOf(rule: GuardRule): Check {
  let made: Check | undefined;
  return (value) => {
    made ??= checkOf(rule);
    return made(value);
  };
}

function* partsOf({ min, max, minLength, maxLength, oneOf, pattern, schema }: GuardRule): Generator<Check> {
  // Not the other way round: NaN is in no range.
  if (min !== undefined) yield (value) => (Number(value) >= min ? undefined : `must be at least ${min}`);
  if (max !== undefined) yield (value) => (Number(value) <= max ? undefined : `must be at most ${max}`);
  if (minLength !== undefined)
    yield (value) => (lengthOf(value) >= minLength ? undefined : `must have a length of at least ${minLength}`);
  if (maxLength !== undefined)
    yield (value) => (lengthOf(value) <= maxLength ? undefined : `must have a length of at most ${maxLength}`);
  if (oneOf !== undefined) {
    const choices = new Set<ConfigValue>(oneOf);
    const words = oneOf.map((choice) => JSON.stringify(choice)).join(", ");
    const broken = `must be one of ${words.length > maxChoices ? `${words.slice(0, maxChoices)}…` : words}`;
    yield (value) => (choices.has(value) ? undefined : broken);
  }
  if (pattern !== undefined) yield patternCheck(pattern);
  if (schema !== undefined) yield schemaCheck(schema);
}

function firstBroken(parts: readonly Check[], value: ConfigValue): string | undefined {
  for (const part of parts) {
    const broken = part(value);
    if (broken !== undefined) return broken;
  }
  return undefined;
}
