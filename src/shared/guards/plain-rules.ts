/** Guards as plain data that travels to a worker. */
import type { GuardRule, Guards } from "./guard-rule.js";

/**
 * A private copy, in which equal rules are one object: many keys have the same rule, which is then made ready once, also on the other
 * side of a message. Whatever it is that stands in place of a rule is copied as it is.
 */
export function plainRules(given: object): Guards {
  const byText = new Map<string, GuardRule>();
  return Object.fromEntries(
    Object.entries(given).map(([key, rule]) => {
      const text = JSON.stringify(rule);
      const same = byText.get(text) ?? (JSON.parse(text) as GuardRule);
      byText.set(text, same);
      return [key, same];
    }),
  );
}
