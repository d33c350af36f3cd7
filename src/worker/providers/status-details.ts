/** The consumer's status as sections of titles and values. Holds no setting's value, no token and no session id. */
import type { HeldSetting } from "../../shared/held-setting.js";
import { printable } from "../../shared/text/printable.js";
import { type ConsumerStatus, consumerStatus } from "../../status/status.js";
import type { StatusDetails, StatusFields } from "../../wire/provider-messages.js";
import type { ProviderSources } from "./sources.js";

/** Titles that the embedded core agent goes by. */
const title = { state: "state", sequenceId: "sequence_id", held: "held" } as const;

export function statusDetails({ region, params, held }: ProviderSources): StatusDetails {
  const status = consumerStatus(region);
  const heldSettings = held?.() ?? [];
  const main = fields([
    [title.state, status.state],
    ["ready", status.ready],
    [title.sequenceId, status.sequenceId],
    ["settings", status.keys],
    [title.held, heldSettings.length],
    ["core_agent", params.coreAgentAddress],
    ["origin", status.origin],
    ["client_name", params.clientName],
    ["display_name", params.displayName],
  ]);
  const named = new Map([
    ["Stream", streamSection(status)],
    ["Process", processSection(status)],
  ]);
  if (heldSettings.length > 0) named.set("Held settings", heldSection(heldSettings));
  return { main, named };
}

function streamSection(status: ConsumerStatus): StatusFields {
  return fields([
    ["step", status.step],
    ["last_message_age_seconds", seconds(status.lastMessageAgeMs)],
    ["last_change_age_seconds", seconds(status.lastChangeAgeMs)],
    ["session_age_seconds", seconds(status.sessionAgeMs)],
    ["interrupted_seconds", seconds(status.interruptedForMs)],
    ["cached_settings_age_seconds", seconds(status.cachedAgeMs)],
    ["failed_attempts", status.attempt],
    ["next_attempt_in_seconds", seconds(status.nextAttemptInMs)],
    ["last_error_code", status.lastError?.code],
    ["last_error", status.lastError?.message],
  ]);
}

function processSection(status: ConsumerStatus): StatusFields {
  return fields([
    ["pid", process.pid],
    ["node", process.version],
    ["worker_restarts", status.workerRestarts],
    ["region_bytes", status.regionBytes],
  ]);
}

function heldSection(held: readonly HeldSetting[]): StatusFields {
  return fields(held.map((setting) => [setting.key, heldSentence(setting)]));
}

/** A line for each held setting, for people. `end`: of each. */
export function heldText(held: readonly HeldSetting[], end: string): string {
  if (held.length === 0) return "No setting is held.\n";
  return held.map((setting) => `${printable(setting.key)} ${printable(heldSentence(setting))}${end}`).join("");
}

/** Never the value. */
export function heldSentence({ rule, sinceMs, source, sequenceId }: HeldSetting): string {
  const since = new Date(sinceMs).toISOString();
  // What was taken away has no source.
  const from = source === "" ? "" : `, from ${source}`;
  return `broke the rule "${rule}"; held since ${since}${from}, sequence id ${sequenceId}`;
}

/** What is not known is left out. */
function fields(
  entries: readonly (readonly [name: string, value: string | number | boolean | undefined])[],
): StatusFields {
  return new Map(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const])));
}

function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : (ms / 1_000).toFixed(3);
}

/** As text for people: the main section, then the others under their titles. */
export function statusText({ main, named }: StatusDetails): string {
  const lines = (section: StatusFields, indent: string) =>
    [...section].map(([name, value]) => `${indent}${printable(name)}: ${printable(value)}`);
  const sections = [...named].flatMap(([name, section]) => ["", `${name}:`, ...lines(section, "  ")]);
  return `${[...lines(main, ""), ...sections].join("\n")}\n`;
}
