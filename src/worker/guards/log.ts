/** One line when a key is held, and one when it heals; of many at once, the first ten and how many there are. Names and rules only. */
import type { HeldSetting } from "../../shared/held-setting.js";
import type { EngineLog } from "../ports.js";

const mostLines = 10;

export function logHeld(held: readonly HeldSetting[], healed: readonly string[], log: EngineLog): void {
  for (const { key, rule, source, sequenceId } of held.slice(0, mostLines)) {
    const from = source === "" ? "" : ` from source "${source}"`;
    log(
      "warn",
      `Setting "${key}" is held: what arrived${from} with sequence id ${sequenceId} breaks its guard, it ${rule}. The last good value stays.`,
    );
  }
  if (held.length > mostLines)
    log("warn", `${held.length} settings are held since just now; these are the first ${mostLines}.`);
  for (const key of healed.slice(0, mostLines))
    log("info", `Setting "${key}" is no longer held: its newest state is in force.`);
  if (healed.length > mostLines)
    log("info", `${healed.length} settings are no longer held; these are the first ${mostLines}.`);
}
