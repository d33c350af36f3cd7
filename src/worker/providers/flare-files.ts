/** The files that go into the core agent's flare, which people send to a support team: secrets are masked. */
import { printable } from "../../shared/text/printable.js";
import { settingsText } from "./settings-text.js";
import type { ProviderSources } from "./sources.js";
import { heldText, statusDetails, statusText } from "./status-details.js";

/** Kept free for everything but the settings. */
const roomForOthers = 512 * 1024;

/** Content by file name. All of it stays below `maxBytes`: of the settings, as many are listed as fit. */
export function flareFiles(sources: ProviderSources, maxBytes: number): ReadonlyMap<string, string> {
  return new Map([
    ["status.txt", statusText(statusDetails(sources))],
    ["settings.txt", settingsText(sources.region, Math.max(0, maxBytes - roomForOthers))],
    ["held.txt", heldText(sources.held?.() ?? [], "\n")],
    [
      "log.txt",
      sources
        .logLines()
        .map((line) => `${printable(line)}\n`)
        .join(""),
    ],
  ]);
}
