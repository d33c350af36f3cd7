/** Keys and types of what a core agent has at the moment. */
import type { View } from "configstream-consumer";
import { type Schema, typeOfValue, unknownList, unknownMap, unknownValue } from "./type-text.js";

const says: { readonly [vague: string]: number } = { [unknownValue]: 0, [unknownList]: 1, [unknownMap]: 1 };

/**
 * The lowest layer that says something decides: it is the declared default where the core agent sends it, and does not depend on
 * what this host's files happen to set.
 */
export function schemaOf(view: View): Schema {
  return new Map(
    view.keys().map((key) => {
      const types = view.getAllSources(key).map(({ value }) => typeOfValue(value));
      const best = Math.max(...types.map((type) => says[type] ?? 2));
      return [key, types.find((type) => (says[type] ?? 2) === best) ?? unknownValue];
    }),
  );
}
