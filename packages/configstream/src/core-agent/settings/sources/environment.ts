/** The layer of the environment: variables of known keys. Pure. */
import { type Environment, type KnownKeys, mapEnvironment, pickVariables } from "configstream-consumer/internal";
import type { Layer } from "./source.js";

export const environmentSource = "environment-variable";

/** Gives the layer as it is by the keys that are known now: a file can make a key known whose variable was there before. */
export function createEnvironment(
  variables: Environment,
  known: KnownKeys,
  warn: (message: string) => void,
): () => Layer {
  const env = pickVariables(variables);
  return () => {
    const { values, misfits } = mapEnvironment(env, known);
    for (const { variable, type } of misfits) {
      warn(`The environment variable ${variable} does not read as ${type}; it is kept as text.`);
    }
    return values;
  };
}
