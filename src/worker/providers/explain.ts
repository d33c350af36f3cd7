/** Why a setting has its value, as text, with secrets masked. */

import { newestPublish } from "../../memory/publish-meta.js";
import { layersOf } from "../../memory/reader/entry.js";
import { SectionReader } from "../../memory/reader/section-reader.js";
import type { StoredReading } from "../../memory/reader/stored-reading.js";
import type { Region } from "../../memory/region.js";
import type { HeldSetting } from "../../shared/held-setting.js";
import { didYouMean, suggest } from "../../shared/options/suggest.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import { printable } from "../../shared/text/printable.js";
import type { CommandOutcome } from "./outcome.js";
import { allSettings, shown } from "./settings-text.js";
import type { ProviderSources } from "./sources.js";
import { heldSentence } from "./status-details.js";

export function explain({ region, held }: ProviderSources, wanted: string): CommandOutcome {
  const key = lowerCase(wanted);
  const read = new SectionReader(region).read(key);
  if (read === undefined) return { code: 1, stderr: "The settings change too fast to be read right now; ask again.\n" };
  const setting = read.own;
  const refused = held?.().find((each) => each.key === key);
  if (setting === undefined) return refused === undefined ? missing(region, key) : withoutGoodValue(refused);
  const lines = explained(setting, newestPublish(region)?.sequenceId ?? 0);
  if (refused !== undefined) lines.push(`A newer value ${printable(heldSentence(refused))}.`);
  return { code: 0, stdout: `${lines.join("\n")}\n` };
}

function explained(setting: StoredReading, newest: number): string[] {
  const { key, source, state } = setting.decode();
  const layers = [...layersOf(state)].reverse().map((layer, index) => {
    const wins = index === 0 ? "  (wins)" : "";
    return `  ${printable(layer.source)}: ${shown(key, layer.value, layer.source)}${wins}`;
  });
  return [
    `${printable(key)}: ${shown(key, setting.value, source)}`,
    `Source ${printable(source)}; arrived with sequence id ${state.sequenceId}, the newest state is ${newest}.`,
    "Layers that are known, highest priority first:",
    ...layers,
  ];
}

function withoutGoodValue(refused: HeldSetting): CommandOutcome {
  return {
    code: 1,
    stderr: `"${printable(refused.key)}" has no value that can be read: one ${printable(heldSentence(refused))}.\n`,
  };
}

function missing(region: Region, key: string): CommandOutcome {
  const keys = allSettings(region).map((setting) => setting.key);
  const below = keys.filter((name) => name.startsWith(`${key}.`)).length;
  if (below > 0)
    return { code: 1, stderr: `"${printable(key)}" is a section with ${below} settings; name one of them.\n` };
  return {
    code: 1,
    stderr: `There is no setting "${printable(key)}".${didYouMean(suggest(key, keys).map(printable))}\n`,
  };
}
