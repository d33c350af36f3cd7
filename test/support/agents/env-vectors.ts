/** Environment variables for settings of a real core agent, what its own code reads from them, and where this project reads otherwise. */
import { readFileSync } from "node:fs";
import type { DefaultSetting } from "../../../src/files/known-keys.js";
import type { ConfigValue } from "../../../src/shared/types.js";

export interface EnvVector {
  readonly key: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly wire: ConfigValue;
  readonly source: string;
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

export const { vectors } = read("../../fixtures/env-vectors.json") as { readonly vectors: readonly EnvVector[] };

const { settings } = read("../../../packages/configstream/data/agent-settings.json") as {
  readonly settings: readonly DefaultSetting[];
};

/** The entry of a setting. */
export function entryOf(key: string): DefaultSetting {
  const entry = settings.find((each) => each.key === key);
  if (entry === undefined) throw new Error(`${key} is no setting of the list.`);
  return entry;
}

/** Settings of the sample whose variables only code of their own can read: an entry has names, type and separator. */
const readByCode = {
  "a form of its own: service|operation=rate": ["apm_config.analyzed_spans"],
  "JSON of one Go type, or nothing at all": [
    "apm_config.replace_tags",
    "apm_config.instrumentation.targets",
    "apm_config.instrumentation.disabled_namespaces",
    "apm_config.instrumentation.enabled_namespaces",
    "apm_config.instrumentation.lib_versions",
    "apm_config.peer_tags",
    "apm_config.span_derived_primary_tags",
    "dogstatsd_mapper_profiles",
    "prometheus_http_sd.configs",
  ],
  "CSV with quotes": ["apm_config.ignore_resources"],
  "commas, or single spaces where there are none": ["apm_config.features"],
  "commas and spaces": ["otelcollector.converter.features"],
  "JSON, or commas, trimmed": [
    "process_config.custom_sensitive_words",
    "private_action_runner.restricted_shell.allowed_commands",
    "private_action_runner.restricted_shell.allowed_paths",
  ],
  "JSON, or single spaces": [
    "apm_config.filter_tags.reject",
    "apm_config.filter_tags.require",
    "apm_config.filter_tags_regex.reject",
    "apm_config.filter_tags_regex.require",
    "apm_config.obfuscation.credit_cards.keep_values",
  ],
  "only when the agent starts": ["proxy.no_proxy"],
} as const;

export const readings: readonly string[] = Object.keys(readByCode);

/** Why the reading of a vector deviates; `undefined` when it has to be the same. */
export function deviationOf({ key, wire }: EnvVector): string | undefined {
  const own = Object.entries(readByCode).find(([, keys]) => (keys as readonly string[]).includes(key));
  if (own !== undefined) return own[0];
  const { type, items } = entryOf(key);
  const isDecodedSince = type === "object" || items === "any";
  // The module of this age kept such a text.
  return isDecodedSince && typeof wire === "string" && isJson(wire) ? "JSON, decoded from v0.85.0 on" : undefined;
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return value === null || typeof value === "object";
  } catch {
    return false;
  }
}
