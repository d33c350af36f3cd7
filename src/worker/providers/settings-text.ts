/** Settings as lines of text, with secrets masked. */
import { Mirror } from "../../memory/reader/mirror.js";
import type { StoredReading } from "../../memory/reader/stored-reading.js";
import type { Region } from "../../memory/region.js";
import { jsonText, printable } from "../../shared/text/printable.js";
import type { ConfigValue } from "../../shared/types.js";
import { maskedSetting } from "./mask.js";

/** All settings at one publish, in the order of their keys; empty when no consistent state could be had now. */
export function allSettings(region: Region): readonly StoredReading[] {
  // Made for this call only, because a copy of all settings is too much memory to keep.
  const { chunks } = new Mirror(region).state() ?? { chunks: [] };
  return chunks
    .flat()
    .filter((reading): reading is StoredReading => reading?.exists === true)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** One setting on one line: `key: value (source)`, the value as JSON. */
export function settingLine({ key, value, source }: { key: string; value: ConfigValue; source: string }): string {
  return `${printable(key)}: ${shown(key, value, source)} (${printable(source)})`;
}

/** A value that may be shown, as JSON. */
export function shown(key: string, value: ConfigValue, source: string): string {
  return jsonText(maskedSetting(key, value, source));
}

/** All settings, as many as fit into `maxBytes`; the last line says how many were left out. */
export function settingsText(region: Region, maxBytes: number): string {
  const settings = allSettings(region);
  const lines: string[] = [];
  let bytes = 0;
  for (const setting of settings) {
    const line = settingLine(setting);
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > maxBytes) {
      lines.push(
        `# ${settings.length - lines.length} of ${settings.length} settings were left out: more than ${maxBytes} bytes.`,
      );
      break;
    }
    lines.push(line);
  }
  return `${lines.join("\n")}\n`;
}
