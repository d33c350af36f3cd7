/** From `DD_*` environment variables to the layer `environment-variable`. Pure. */
import type { ConfigValue } from "../shared/types.js";
import type { KeyType, KnownKeys } from "./known-keys.js";
import { copyValue } from "./values.js";

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

/** A copy of the `DD_*` variables. Reading `process.env` itself costs a call into the system per name. */
export function pickVariables(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("DD_")));
}

/** Looks up every known key. An empty variable counts as not set. */
export function mapEnvironment(env: Environment, known: KnownKeys): MappedEnvironment {
  const values = new Map<string, ConfigValue>();
  const misfits: { variable: string; type: KeyType }[] = [];
  if (Object.keys(env).length === 0) return { values, misfits };
  for (const [key, type] of known.entries()) {
    const variable = variableOf(key);
    const text = env[variable];
    if (text === undefined || text === "") continue;
    const value = parseText(text, type);
    if (value === undefined) misfits.push({ variable, type });
    values.set(key, value ?? text);
  }
  return { values, misfits };
}

const trueTexts = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const falseTexts = new Set(["0", "f", "F", "FALSE", "false", "False"]);

function parseText(text: string, type: KeyType): ConfigValue | undefined {
  const trimmed = text.trim();
  switch (type) {
    case "bool":
      return trueTexts.has(trimmed) ? true : falseTexts.has(trimmed) ? false : undefined;
    case "int":
      return /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : undefined;
    case "number":
      return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : undefined;
    case "array":
      if (trimmed.startsWith("[")) return parseJson(trimmed, Array.isArray);
      return trimmed.split(/[\s,]+/).filter((item) => item !== "");
    case "object":
      return parseJson(trimmed, (value) => typeof value === "object" && value !== null && !Array.isArray(value));
    case "text":
      return text;
  }
}

function parseJson(text: string, fits: (value: unknown) => boolean): ConfigValue | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) ? copyValue("", value) : undefined;
  } catch {
    return undefined;
  }
}
