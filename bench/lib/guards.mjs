// Guards of the settings that the producer sends.
import { makeSettings } from "./settings.mjs";

const integer = { type: "integer", min: -1e15, max: 1e15 };
const rules = {
  number: { type: "number", min: -1e15, max: 1e15 },
  boolean: { type: "boolean" },
  string: { type: "string", maxLength: 1_000_000 },
  object: { type: "list", maxLength: 100_000 },
};

/**
 * One guard for each of the first `count` settings; those of maps are of further keys, because an update turns them into numbers.
 */
export function makeGuards(count) {
  return Object.fromEntries(
    makeSettings(count).map(({ key, value }) =>
      typeof value === "object" && !Array.isArray(value) && value !== null
        ? [`${key}.of_a_map`, integer]
        : [key, value === null ? rules.object : rules[typeof value]],
    ),
  );
}
