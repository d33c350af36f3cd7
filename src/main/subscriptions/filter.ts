/** Which changes a subscription is told of. */
import { InvalidOptionError } from "../../shared/errors.js";
import { stringOption, stringsOption } from "../../shared/options/option-checks.js";
import { lowerCase } from "../../shared/text/lower-case.js";

/**
 * What a subscription asks for. A change is delivered when any of the given filters fits; without filters, every one is. Empty
 * texts and an empty list are refused with `InvalidOptionError`.
 */
export interface ChangeFilter<Key extends string = string> {
  /** One key, in any case. */
  readonly key?: Key | undefined;
  /** Several keys, in any case; at least one. */
  readonly keys?: readonly Key[] | undefined;
  /** Keys that begin with this text, in any case. `my_agent.` fits `my_agent.port`, `my_agent` fits `my_agent_2` as well. */
  readonly prefix?: string | undefined;
}

/** Turns filters into a test of a lower-case key. Throws `InvalidOptionError`. */
export function compileFilter(filter: ChangeFilter): (key: string) => boolean {
  const { key, keys, prefix } = filter;
  if (key === undefined && keys === undefined && prefix === undefined) return () => true;
  if (keys !== undefined && Array.isArray(keys) && keys.length === 0) {
    throw new InvalidOptionError(
      'Option "keys" is an empty array, which no change can fit. Leave it out for all keys.',
    );
  }
  const wanted = new Set(stringsOption("keys", keys, []).map(lowerCase));
  if (key !== undefined) wanted.add(lowerCase(stringOption("key", key, "")));
  if (prefix === undefined) return (name) => wanted.has(name);
  const start = lowerCase(stringOption("prefix", prefix, ""));
  return (name) => name.startsWith(start) || wanted.has(name);
}
