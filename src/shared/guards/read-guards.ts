/** Guards from what an application gave: each rule is checked, and made ready. What is wrong is refused by key and place. */
import { InvalidOptionError } from "../errors.js";
import {
  checkNames,
  choiceOption,
  described,
  isDictionary,
  numberOption,
  stringOption,
} from "../options/option-checks.js";
import { lowerCase } from "../text/lower-case.js";
import { describeThrown, textIn } from "../thrown.js";
import { type Check, checkOf, lateCheckOf } from "./check.js";
import { lengthy, numeric, typeOf, typeWords } from "./conversion.js";
import type { GuardRule, Guards, GuardType } from "./guard-rule.js";
import { checkRelations, type Relation, relationsOf } from "./relations.js";

/** Guards that are ready to judge. Keys are in lower case. */
export interface ReadyGuards {
  readonly checks: ReadonlyMap<string, Check>;
  /** Keys that are held together, by the name of their group. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly groupOf: ReadonlyMap<string, string>;
  /** Rules about two keys, by group. */
  readonly relations: ReadonlyMap<string, readonly Relation[]>;
}

const names = [
  "type",
  "min",
  "max",
  "minLength",
  "maxLength",
  "oneOf",
  "pattern",
  "schema",
  "group",
  "atLeast",
  "atMost",
] as const;
const types = Object.keys(typeWords) as GuardType[];

/** `name`: of the option or the file, for errors. Throws `InvalidOptionError`. */
export function readGuards(name: string, given: unknown): ReadyGuards {
  if (!isDictionary(given)) {
    throw new InvalidOptionError(`${name} must be an object of rules by dotted key, but is ${described(given)}.`);
  }
  const checks = new Map<string, Check>();
  /** By rule: many keys may have the same one. */
  const known = new Map<unknown, Check>();
  for (const [spelling, rule] of Object.entries(given)) {
    const at = `${name}[${JSON.stringify(spelling)}]`;
    const key = lowerCase(spelling);
    if (key === "") throw new InvalidOptionError(`${at}: a setting has a dotted name that is not empty.`);
    if (checks.has(key)) throw new InvalidOptionError(`${at}: the same key stands there twice, in two spellings.`);
    const check = known.get(rule) ?? readRule(at, rule);
    known.set(rule, check);
    checks.set(key, check);
  }
  checkRelations(name, given as Guards);
  return { checks, ...groupsOf(given as Guards) };
}

/** As {@link readGuards}, of rules that were in order before: nothing is looked for that could be wrong. */
export function readyGuards(rules: Guards): ReadyGuards {
  const checks = new Map<string, Check>();
  const known = new Map<GuardRule, Check>();
  for (const [spelling, rule] of Object.entries(rules)) {
    const check = known.get(rule) ?? lateCheckOf(rule);
    known.set(rule, check);
    checks.set(lowerCase(spelling), check);
  }
  return { checks, ...groupsOf(rules) };
}

function groupsOf(rules: Guards): Omit<ReadyGuards, "checks"> {
  const groups = new Map<string, string[]>();
  const groupOf = new Map<string, string>();
  for (const [spelling, { group }] of Object.entries(rules)) {
    if (group === undefined) continue;
    const key = lowerCase(spelling);
    groupOf.set(key, group);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [key]);
    else members.push(key);
  }
  return { groups, groupOf, relations: relationsOf(rules) };
}

function readRule(at: string, given: unknown): Check {
  checkNames(given, names, at);
  const rule = given as GuardRule;
  if (Object.values(rule).every((part) => part === undefined)) {
    throw new InvalidOptionError(`${at} says nothing; give a rule, such as { type: "integer" }, or leave the key out.`);
  }
  checkNumbers(at, rule);
  if (rule.type !== undefined) choiceOption(`${at}.type`, rule.type, types, "string");
  for (const part of ["group", "atLeast", "atMost"] as const) {
    if (rule[part] !== undefined) stringOption(`${at}.${part}`, rule[part], "");
  }
  if (rule.oneOf !== undefined) checkChoices(at, rule.oneOf);
  if (rule.pattern !== undefined) stringOption(`${at}.pattern`, rule.pattern, "");
  if (rule.schema !== undefined && (typeof rule.schema !== "object" || rule.schema === null)) {
    throw new InvalidOptionError(`${at}.schema must be a JSON Schema object, but is ${described(rule.schema)}.`);
  }
  checkFits(at, rule);
  // Nothing can be wrong any more with the others.
  if (rule.pattern === undefined && rule.schema === undefined) return lateCheckOf(rule);
  try {
    return checkOf(rule);
  } catch (thrown) {
    throw wrongRule(at, rule, thrown);
  }
}

function checkNumbers(at: string, { min, max, minLength, maxLength }: GuardRule): void {
  const any = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, integer: false };
  numberOption(`${at}.min`, min, 0, any);
  numberOption(`${at}.max`, max, 0, { ...any, min: min ?? any.min });
  numberOption(`${at}.minLength`, minLength, 0, { min: 0, max: 2 ** 31 });
  numberOption(`${at}.maxLength`, maxLength, 0, { min: minLength ?? 0, max: 2 ** 31 });
}

function checkChoices(at: string, choices: unknown): void {
  const isChoice = (choice: unknown) => ["string", "number", "boolean"].includes(typeof choice);
  if (Array.isArray(choices) && choices.length > 0 && choices.every(isChoice)) return;
  throw new InvalidOptionError(
    `${at}.oneOf must be an array of texts, numbers or booleans that is not empty, but is ${described(choices)}. ` +
      "For anything else, use schema.",
  );
}

/** A part that says nothing of the rule's type is a slip. */
function checkFits(at: string, rule: GuardRule): void {
  const type = typeOf(rule);
  const refuse = (part: keyof GuardRule, good: readonly GuardType[]) => {
    if (rule[part] === undefined || (type !== undefined && good.includes(type))) return;
    throw new InvalidOptionError(
      `${at}.${part} means nothing for ${type === undefined ? "a rule without a type" : `the type "${type}"`}; it fits ${good.map((name) => `"${name}"`).join(", ")}.`,
    );
  };
  refuse("min", numeric);
  refuse("max", numeric);
  refuse("minLength", lengthy);
  refuse("maxLength", lengthy);
  refuse("pattern", ["string", "list"]);
  const wanted = type !== undefined && numeric.includes(type) ? "number" : type;
  const misfit = rule.oneOf?.find((choice) => wanted !== undefined && typeof choice !== wanted);
  if (misfit !== undefined) {
    throw new InvalidOptionError(`${at}.oneOf has ${described(misfit)}, which no value of the type "${type}" can be.`);
  }
}

/** What ajv and re2js throw says what is wrong with the guard, which is the application's own. */
function wrongRule(at: string, { pattern, schema }: GuardRule, cause: unknown): InvalidOptionError {
  const why = textIn(cause, "message") ?? describeThrown(cause);
  if (textIn(cause, "name") === "EvalError") {
    return new InvalidOptionError(
      `${at}.schema: the validator makes code from text, which this process forbids. Use the short form (type, min, max, oneOf, pattern).`,
      { cause },
    );
  }
  const part = schema !== undefined ? ".schema" : pattern !== undefined ? ".pattern" : "";
  return new InvalidOptionError(`${at}${part} is wrong: ${why}.`, { cause });
}
