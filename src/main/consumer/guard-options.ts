/** The options `guards`, `required` and `defaults`: all that can be wrong with them is refused when the consumer is made. */
import { resolve } from "node:path";
import { InvalidOptionError } from "../../shared/errors.js";
import { readGuardFile } from "../../shared/guards/guard-file.js";
import type { Guards } from "../../shared/guards/guard-rule.js";
import { plainRules } from "../../shared/guards/plain-rules.js";
import { type ReadyGuards, readGuards } from "../../shared/guards/read-guards.js";
import { described, isDictionary, stringsOption } from "../../shared/options/option-checks.js";
import type { GuardParams } from "../../shared/params.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import type { ConfigValue } from "../../shared/types.js";
import { copyValue } from "../../shared/values/copy-value.js";

type Values = { readonly [key: string]: ConfigValue };

/** Throws `InvalidOptionError`: for guards that are wrong, by key and place, and for defaults that break them. */
export function guardParams(given: unknown, defaults: Values): GuardParams | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "string" && given.trim() !== "") {
    const file = resolve(given);
    const { guards, rules } = readGuardFile(file);
    judgeDefaults(guards, defaults);
    return { rules, file };
  }
  judgeDefaults(readGuards("guards", given), defaults);
  return { rules: plainRules(given as Guards) };
}

/** Keys, each once, in lower case. */
export function requiredKeys(name: string, given: unknown): readonly string[] {
  return [...new Set(stringsOption(name, given, []).map((key) => lowerCase(key)))];
}

/** Values by key, in lower case; private frozen copies. */
export function defaultValues(name: string, given: unknown): Values {
  if (given === undefined) return {};
  if (!isDictionary(given)) {
    throw new InvalidOptionError(
      `Option "${name}" must be an object of values by dotted key, but is ${described(given)}.`,
    );
  }
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => {
        if (key === "") throw new InvalidOptionError(`Option "${name}" has a value without a key.`);
        return [lowerCase(key), copyValue(key, value)];
      }),
  );
}

function judgeDefaults({ checks }: ReadyGuards, defaults: Values): void {
  for (const [key, value] of Object.entries(defaults)) {
    const broken = checks.get(key)?.(value);
    if (broken === undefined) continue;
    throw new InvalidOptionError(
      `defaults[${JSON.stringify(key)}] breaks its guard: it ${broken}. Give another default, or guard.`,
    );
  }
}
