/**
 * Environment variables that look as if they set something, and do not: with the stream, the core agent decides, and a `DD_*`
 * variable of this process has no effect. The log says so once for each variable, also when the conflict only comes later.
 */

import type { ConfigValue } from "../../shared/types.js";
import { equalValues } from "../../shared/values/equality.js";

/** Variables that have an effect here all the same. */
const effective = new Set([
  "DD_CMD_HOST",
  "DD_CMD_PORT",
  "DD_AUTH_TOKEN_FILE_PATH",
  "DD_IPC_CERT_FILE_PATH",
  "DD_USE_RAR_CONFIG_STREAM",
  "DD_REMOTE_AGENT_CONFIGSTREAM_CONSUMER_ENABLED",
  "DD_REMOTE_AGENT_CORE_AGENT_IPC_ENABLED",
]);

/** Settings of the real agent whose variables have names of their own. */
const ownNames: { readonly [key: string]: readonly string[] } = {
  "apm_config.analyzed_spans": ["DD_APM_ANALYZED_SPANS"],
  "apm_config.apm_dd_url": ["DD_APM_DD_URL"],
  "apm_config.apm_non_local_traffic": ["DD_APM_NON_LOCAL_TRAFFIC"],
  "apm_config.connection_limit": ["DD_APM_CONNECTION_LIMIT", "DD_CONNECTION_LIMIT"],
  "apm_config.enabled": ["DD_APM_ENABLED"],
  "apm_config.env": ["DD_APM_ENV"],
  "apm_config.extra_sample_rate": ["DD_APM_EXTRA_SAMPLE_RATE"],
  "apm_config.ignore_resources": ["DD_APM_IGNORE_RESOURCES", "DD_IGNORE_RESOURCE"],
  "apm_config.log_file": ["DD_APM_LOG_FILE"],
  "apm_config.max_events_per_second": ["DD_APM_MAX_EPS", "DD_MAX_EPS"],
  "apm_config.max_traces_per_second": ["DD_APM_MAX_TPS", "DD_MAX_TPS"],
  "apm_config.receiver_port": ["DD_APM_RECEIVER_PORT", "DD_RECEIVER_PORT"],
  "apm_config.receiver_socket": ["DD_APM_RECEIVER_SOCKET"],
  "apm_config.replace_tags": ["DD_APM_REPLACE_TAGS"],
  "process_config.process_dd_url": ["DD_PROCESS_AGENT_URL", "DD_PROCESS_CONFIG_URL"],
};

type Settings = Iterable<readonly [key: string, value: ConfigValue]>;

export class IgnoredVariables {
  readonly #candidates: ReadonlyMap<string, string>;
  readonly #told = new Set<string>();

  constructor(env: { readonly [name: string]: string | undefined }) {
    const candidates = new Map<string, string>();
    for (const [name, text] of Object.entries(env)) {
      if (name.startsWith("DD_") && text && !effective.has(name)) candidates.set(name, text);
    }
    this.#candidates = candidates;
  }

  /** Whether there is anything to look for. */
  get any(): boolean {
    return this.#candidates.size > this.#told.size;
  }

  /** Names of the variables that stand for one of these settings, differ from it, and were not named before; sorted. */
  look(settings: Settings): readonly string[] {
    const found: string[] = [];
    for (const [key, value] of settings) {
      for (const name of namesOf(key)) {
        const text = this.#candidates.get(name);
        if (text === undefined || this.#told.has(name) || says(text, value)) continue;
        this.#told.add(name);
        found.push(name);
      }
    }
    return found.sort();
  }
}

function namesOf(key: string): readonly string[] {
  const derived = `DD_${key.toUpperCase().replaceAll(".", "_")}`;
  return Object.hasOwn(ownNames, key) ? [derived, ...(ownNames[key] ?? [])] : [derived];
}

/** Whether a variable's text stands for the value, in any of its usual forms. */
function says(text: string, value: ConfigValue): boolean {
  switch (typeof value) {
    case "string":
      return text === value;
    case "number":
      return Number(text) === value;
    case "boolean":
      return (value ? /^(1|t|true)$/i : /^(0|f|false)$/i).test(text.trim());
    default:
      return saysJson(text, value) || saysList(text, value);
  }
}

function saysJson(text: string, value: ConfigValue): boolean {
  try {
    return equalValues(JSON.parse(text) as ConfigValue, value);
  } catch {
    return false;
  }
}

/** Lists are written with blanks or commas between their elements; an empty one is streamed as null. */
function saysList(text: string, value: ConfigValue): boolean {
  if (value === null) return text.trim() === "" || text.trim() === "[]";
  if (!Array.isArray(value)) return false;
  const elements = text.split(/[\s,]+/).filter((element) => element !== "");
  return elements.length === value.length && elements.every((element, index) => element === String(value[index]));
}
