/**
 * Environment variables that look as if they set something, and do not: with the stream, the core agent decides, and a
 * `DD_*` variable of this process is not asked. Somebody who set one should be told.
 */
import type { ConfigValue } from "../../shared/types.js";

/** Variables that have an effect here all the same. */
const effective = new Set([
  "DD_CMD_HOST",
  "DD_CMD_PORT",
  "DD_AUTH_TOKEN_FILE_PATH",
  "DD_IPC_CERT_FILE_PATH",
  "DD_USE_RAR_CONFIG_STREAM",
]);

/** The `DD_*` variables that have a text and no effect here. */
export function candidateVariables(env: { readonly [name: string]: string | undefined }): ReadonlyMap<string, string> {
  const candidates = new Map<string, string>();
  for (const [name, text] of Object.entries(env)) {
    if (name.startsWith("DD_") && text && !effective.has(name)) candidates.set(name, text);
  }
  return candidates;
}

/** Names of the candidates that stand for one of the settings and differ from what it resolves to; sorted. */
export function ignoredVariables(
  candidates: ReadonlyMap<string, string>,
  settings: Iterable<readonly [key: string, value: ConfigValue]>,
): readonly string[] {
  const ignored = new Set<string>();
  for (const [key, value] of settings) {
    const name = variableOf(key);
    const text = candidates.get(name);
    if (text !== undefined && !says(text, value)) ignored.add(name);
  }
  return [...ignored].sort();
}

function variableOf(key: string): string {
  return `DD_${key.toUpperCase().replaceAll(".", "_")}`;
}

/** Whether a variable's text stands for the value, in any of the forms in which one is written. */
function says(text: string, value: ConfigValue): boolean {
  switch (typeof value) {
    case "string":
      return text === value;
    case "number":
      return Number(text) === value;
    case "boolean":
      return (value ? /^(1|t|true)$/i : /^(0|f|false)$/i).test(text);
    default:
      if (text === JSON.stringify(value)) return true;
      return Array.isArray(value) && (text === value.join(" ") || text === value.join(","));
  }
}
