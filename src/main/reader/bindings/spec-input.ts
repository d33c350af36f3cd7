/** Puts handles and bindings together. */
import type { Reading } from "../../../memory/reader/entry.js";
import { InvalidOptionError, type ValueIssue } from "../../../shared/errors.js";
import { checkNames, described, stringsOption } from "../../../shared/options/option-checks.js";
import { hasValue } from "../conversions.js";
import type { BindingSpec, BindOptions, Bound } from "./binding-api.js";
import { type Input, inputOf } from "./inputs.js";
import { Refusal } from "./refusal.js";

const noIssues: readonly ValueIssue[] = [];

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
  const members = membersOf(call, of, spec, required);
  if (members.length === 0) {
    throw new InvalidOptionError(`${call} was given an object without members: give at least one handle or binding.`);
  }
  for (const name of required) {
    const member = members.find((each) => each.name === name);
    if (member?.input.names.length === 1) continue;
    const why =
      member === undefined
        ? `is no member of what ${call} was given`
        : 'is a binding of several keys; name those that must be there where that binding is made, in its own "required"';
    throw new InvalidOptionError(`Option "required" names "${name}", which ${why}.`);
  }
  return {
    of,
    names: members.flatMap(({ input }) => input.names),
    take: (readings) => {
      let issues = noIssues;
      for (const member of members) {
        const own = issuesOf(member, readings);
        if (own.length > 0) issues = [...issues, ...own];
      }
      if (issues.length > 0) throw new Refusal(issues);
      return Object.freeze(objectOf(members)) as Bound<Spec>;
    },
  };
}

/** A member, and what it was last made of: only what has changed is made again. */
interface Member {
  readonly name: string;
  readonly input: Input;
  /** Where its readings begin among those of all members. */
  readonly from: number;
  /** Whether its key must have a value; there is one key then. */
  readonly isRequired: boolean;
  last: readonly Reading[];
  value: unknown;
}

function membersOf(call: string, of: object, spec: BindingSpec, required: readonly string[]): readonly Member[] {
  let from = 0;
  return Object.entries(spec).map(([name, held]) => {
    const input = memberInput(call, of, name, held);
    const { length } = input.names;
    from += length;
    const isRequired = required.includes(name);
    return { name, input, from: from - length, isRequired, last: [], value: undefined };
  });
}

/** Brings a member up to date; gives what is wrong with it. */
function issuesOf(member: Member, readings: readonly Reading[]): readonly ValueIssue[] {
  const { name, input, from, isRequired, last } = member;
  const { length } = input.names;
  const own = readings[from] as Reading;
  if (last.length === 0 || !isSame(last, readings, from)) {
    const all = length === 1 ? [own] : readings.slice(from, from + length);
    member.value = input.take(all);
    member.last = all;
  }
  if (!isRequired) return noIssues;
  const path = input.names[0]?.key ?? name;
  if (!hasValue(own.state)) return [{ path, message: "It is required, and missing." }];
  if (own.unreadableAs === undefined) return noIssues;
  return [{ path, message: `It is required, and its value is not ${own.unreadableAs.join(" and ")}.` }];
}

function isSame(last: readonly Reading[], readings: readonly Reading[], from: number): boolean {
  for (let at = 0; at < last.length; at++) if (last[at] !== readings[from + at]) return false;
  return true;
}

/** Objects that are filled in one order have one shape, which is faster than `Object.fromEntries`. */
function objectOf(members: readonly Member[]): object {
  const values: { [name: string]: unknown } = {};
  for (const { name, value } of members) {
    if (name === "__proto__") Object.defineProperty(values, name, { value, enumerable: true });
    else values[name] = value;
  }
  return values;
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
