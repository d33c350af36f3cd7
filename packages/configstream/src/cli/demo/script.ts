/** What changes in the demo: real settings, in the layers that change them in practice. */
import type { ConfigValue } from "configstream-consumer";

export interface ScriptedChange {
  readonly key: string;
  /** Left out: the key is cleared in this source, and falls back to the layer below. */
  readonly value?: ConfigValue;
  readonly source: string;
}

/** One round; it ends in the state that it began in, so that it can be repeated. */
export const round: readonly ScriptedChange[] = [
  { key: "apm_config.max_connections", value: 2_000, source: "agent-runtime" },
  { key: "logs_config.open_files_limit", value: 1_000, source: "remote-config" },
  { key: "process_config.scrub_args", value: false, source: "fleet-policies" },
  { key: "dogstatsd_tags", value: ["source:statsd", "canary:true"], source: "agent-runtime" },
  { key: "env", value: "production", source: "cli" },
  { key: "apm_config.max_connections", value: 500, source: "remote-config" },
  { key: "logs_config.batch_wait", value: 1, source: "agent-runtime" },
  { key: "env", source: "cli" },
  { key: "logs_config.open_files_limit", source: "remote-config" },
  { key: "apm_config.max_connections", source: "remote-config" },
  { key: "process_config.scrub_args", source: "fleet-policies" },
  { key: "logs_config.batch_wait", source: "agent-runtime" },
  { key: "dogstatsd_tags", source: "agent-runtime" },
  { key: "apm_config.max_connections", source: "agent-runtime" },
];

/** Settings that the live view begins with. */
export const shownKeys: readonly string[] = [
  "log_level",
  "env",
  "apm_config.max_connections",
  "logs_config.open_files_limit",
  "logs_config.batch_wait",
  "process_config.scrub_args",
  "dogstatsd_tags",
  "dogstatsd_queue_size",
  "site",
  "api_key",
  "kubernetes_pod_labels_as_tags",
  "hostname",
];

/** The setting that changes while the hot loop reads it. */
export const hotKey = "dogstatsd_queue_size";

/** The setting that is edited in the YAML file. */
export const yamlKey = "log_level";
