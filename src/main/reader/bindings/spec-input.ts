/** Puts handles and bindings together. */
import { InvalidOptionError, type ValueIssue } from "../../../shared/errors.js";
import { checkNames, described, stringsOption } from "../../../shared/options/option-checks.js";
import { hasValue } from "../conversions.js";
import type { BindingSpec, BindOptions, Bound } from "./binding-api.js";
import { type Input, inputOf } from "./inputs.js";
import { Refusal } from "./refusal.js";

/** The values of all members, frozen. Throws `InvalidOptionError`. */
export function specInput<Spec extends BindingSpec>(
  call: string,
  of: object,
  spec: Spec,
  options: BindOptions = {},
): Input<Bound<Spec>> {
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) {
    throw new InvalidOptionError(
      `${call} expects an object of handles and bindings, but was given ${described(spec)}.`,
    );
  }
  checkNames(options, ["required"], call);
  const required = stringsOption("required", options.required, []);
  const members = Object.entries(spec).map(([name, held]) => [name, memberInput(call, of, name, held)] as const);
  if (members.length === 0) {
    throw new InvalidOptionError(`${call} was given an object without members: give at least one handle or binding.`);
  }
  for (const name of required) {
    if (Object.hasOwn(spec, name)) continue;
    throw new InvalidOptionError(`Option "required" names "${name}", which is no member of what ${call} was given.`);
  }
  const must = new Set(required);
  return {
    of,
    names: members.flatMap(([, { names }]) => names),
    take(readings) {
      const issues: ValueIssue[] = [];
      let from = 0;
      const values = members.map(([name, { names, take }]) => {
        const own = readings.slice(from, from + names.length);
        from += names.length;
        const value = take(own);
        // A member that is a binding has its own.
        const reading = own.length === 1 && must.has(name) ? own[0] : undefined;
        const path = names[0]?.key ?? name;
        if (reading !== undefined && !hasValue(reading.state))
          issues.push({ path, message: "It is required, and missing." });
        else if (reading?.unreadableAs !== undefined) {
          issues.push({ path, message: `It is required, and its value is not ${reading.unreadableAs.join(" and ")}.` });
        }
        return [name, value] as const;
      });
      if (issues.length > 0) throw new Refusal(issues);
      return Object.freeze(Object.fromEntries(values)) as Bound<Spec>;
    },
  };
}

function memberInput(call: string, of: object, name: string, held: unknown): Input {
  const input = inputOf(held);
  if (input === undefined) {
    throw new InvalidOptionError(
      `${call} expects handles, such as cfg.setting("a").asInt(), and bindings, but "${name}" is ${described(held)}.`,
    );
  }
  if (input.of !== of) {
    throw new InvalidOptionError(
      `"${name}" is of another reader than the one whose ${call} was called: what belongs together must be read by one reader.`,
    );
  }
  return input;
}
