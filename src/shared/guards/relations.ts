/** The parts `atLeast` and `atMost` of a rule: how a value stands to that of another key of its group. */
import { InvalidOptionError } from "../errors.js";
import { described } from "../options/option-checks.js";
import { lowerCase } from "../text/lower-case.js";
import type { ConfigValue } from "../types.js";
import { conversions, numeric, typeOf } from "./conversion.js";
import type { GuardRule, Guards } from "./guard-rule.js";

/** What a key's newest value is; `undefined`: none. */
export type NewestValue = (key: string) => ConfigValue | undefined;

/** A rule about two keys of a group. */
export interface Relation {
  /** The key that has the rule, in lower case. */
  readonly key: string;
  /** The rule in words, as in "it …", when the values break it. */
  broken(newestValue: NewestValue): string | undefined;
}

/** By group. `rules` must be in order; see {@link checkRelations}. */
export function relationsOf(rules: Guards): ReadonlyMap<string, readonly Relation[]> {
  const relations = new Map<string, Relation[]>();
  for (const [spelling, rule] of Object.entries(rules)) {
    const { group, atLeast, atMost } = rule;
    if (group === undefined) continue;
    for (const relation of [relationOf(spelling, rule, atLeast, 1), relationOf(spelling, rule, atMost, -1)]) {
      if (relation === undefined) continue;
      const others = relations.get(group);
      if (others === undefined) relations.set(group, [relation]);
      else others.push(relation);
    }
  }
  return relations;
}

/** `sign`: 1 when the value must not be below the other one, -1 when it must not be above. */
function relationOf(spelling: string, rule: GuardRule, given: string | undefined, sign: 1 | -1): Relation | undefined {
  const type = typeOf(rule);
  if (given === undefined || type === undefined) return undefined;
  const key = lowerCase(spelling);
  const other = lowerCase(given);
  const convert = conversions[type];
  const words = `must be at ${sign === 1 ? "least" : "most"} the value of "${other}"`;
  const numberOf = (value: ConfigValue | undefined) => (value === undefined ? undefined : convert(value));
  return {
    key,
    broken(newestValue) {
      const [own, bound] = [numberOf(newestValue(key)), numberOf(newestValue(other))];
      // A value that cannot be read breaks the rule of its type.
      if (own === undefined || bound === undefined) return undefined;
      return sign * (Number(own) - Number(bound)) >= 0 ? undefined : words;
    },
  };
}

/** Refuses relations to keys that are not of the same group and type. Each rule by itself must be in order. */
export function checkRelations(name: string, rules: Guards): void {
  const byKey = new Map(Object.entries(rules).map(([spelling, rule]) => [lowerCase(spelling), rule]));
  for (const [spelling, rule] of Object.entries(rules)) {
    for (const part of ["atLeast", "atMost"] as const) {
      const given = rule[part];
      if (given === undefined) continue;
      const at = `${name}[${JSON.stringify(spelling)}].${part}`;
      const type = typeOf(rule);
      if (type === undefined || !numeric.includes(type)) {
        const types = numeric.map((each) => `"${each}"`).join(", ");
        throw new InvalidOptionError(`${at} needs a rule with a type of numbers: ${types}.`);
      }
      const other = byKey.get(lowerCase(given));
      const fits = other !== undefined && other !== rule && rule.group !== undefined && other.group === rule.group;
      if (fits && typeOf(other) === type) continue;
      throw new InvalidOptionError(
        `${at} must name another key that has a rule of the same group and of the type "${type}", but is ${described(given)}.`,
      );
    }
  }
}
