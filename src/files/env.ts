/** From `DD_*` environment variables to the layer `environment-variable`, read as a real core agent reads them. Pure. */
import type { ConfigValue } from "../shared/types.js";
import { copyValue } from "../shared/values/copy-value.js";
import { convertToType } from "./convert.js";
import type { KeyType } from "./key-types.js";
import type { EnvRule, KnownKeys } from "./known-keys.js";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment sets. */
export interface MappedEnvironment {
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Variables whose text does not fit the key's type; they are kept as text. */
  readonly misfits: readonly { readonly variable: string; readonly type: KeyType }[];
}

/** The variable that sets a key: `logs_config.enabled` → `DD_LOGS_CONFIG_ENABLED`. */
export function variableOf(key: string): string {
  return `DD_${key.toUpperCase().replaceAll(".", "_")}`;
}

/** A copy of the variables that may set a key. Reading `process.env` itself costs a call into the system per name. */
export function pickVariables(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, text]) => text !== undefined && text !== ""));
}

/** Looks up every known key. An empty variable counts as not set. */
export function mapEnvironment(env: Environment, known: Pick<KnownKeys, "entries">): MappedEnvironment {
  const values = new Map<string, ConfigValue>();
  const misfits: { variable: string; type: KeyType }[] = [];
  if (Object.keys(env).length === 0) return { values, misfits };
  for (const [key, rule] of known.entries()) {
    const variable = (rule.variables ?? [variableOf(key)]).find((name) => env[name]);
    const text = variable === undefined ? undefined : env[variable];
    if (variable === undefined || text === undefined) continue;
    const value = parseText(text, rule);
    if (value === undefined) misfits.push({ variable, type: rule.type });
    values.set(key, value === undefined ? text : value);
  }
  return { values, misfits };
}

function parseText(text: string, { type, separator }: EnvRule): ConfigValue | undefined {
  switch (type) {
    case "string list":
      return separator === undefined ? convertToType(text, type) : Object.freeze(text.split(separator));
    case "list":
      return parseJson(text, Array.isArray);
    case "object":
      return parseJson(text, (value) => typeof value === "object" && value !== null && !Array.isArray(value));
    default:
      return convertToType(text, type);
  }
}

function parseJson(text: string, fits: (value: unknown) => boolean): ConfigValue | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // JSON's null is a list or map of nothing, as in Go.
    return value === null || fits(value) ? copyValue("", value) : undefined;
  } catch {
    return undefined;
  }
}
