/** Held settings in the words of a report. Pure. Names and rules, never values. */
import type { HeldSetting } from "../../shared/held-setting.js";
import type { EngineParams } from "../../shared/params.js";
import { type Issue, issueSeverity } from "../../wire/report-messages.js";

export type Reporting = Pick<EngineParams, "clientName" | "displayName">;

/**
 * The same for a process and the one that replaces it, so that an issue that a killed process left open ends when its successor's
 * setting does.
 */
export function issueIdOf({ clientName }: Reporting, key: string): string {
  return `configstream-consumer:held:${encodeURIComponent(clientName)}:${key}`;
}

export function issueOf(reporting: Reporting, { key, rule, sinceMs, source, sequenceId }: HeldSetting): Issue {
  const { clientName, displayName } = reporting;
  return {
    id: issueIdOf(reporting, key),
    issueName: "Held setting",
    title: `The setting ${key} is held back`,
    description:
      `${displayName} does not use the newest value of ${key}${from(source)} because it breaks the rule "${rule}". ` +
      "Its last good value, if there is one, stays in force until a value comes that meets the rule.",
    category: "configuration",
    location: clientName,
    severity: issueSeverity.medium,
    detectedAt: new Date(sinceMs).toISOString(),
    source: clientName,
    extra: { key, rule, source, sequence_id: sequenceId, pid: process.pid },
    tags: [`client:${clientName}`, `setting:${key}`],
    issueType: "held_setting",
  };
}

export function heldEvent({ displayName }: Reporting, { key, rule, source }: HeldSetting): string {
  return `${displayName} holds the setting ${key} at its last good value: the newest one${from(source)} breaks the rule "${rule}".`;
}

export function healedEvent({ displayName }: Reporting, key: string): string {
  return `${displayName} follows the setting ${key} again.`;
}

/** What was taken away has no source. */
function from(source: string): string {
  return source === "" ? "" : `, from ${source},`;
}
