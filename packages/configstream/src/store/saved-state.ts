/**
 * The last state of the store on disk, so that a core agent which starts while the store is away serves it:
 *
 * ```
 * {"format":"configstream-store","version":1,"layers":{"remote-config":"/fleet/prod/"},"revision":812,"savedAtMs":…}
 * ["remote-config","log_level","debug"]                          one line a setting
 * sha256 8f43…                                                   of everything before this line
 * ```
 *
 * Unlike a consumer's cache it has the credentials too, because without them the state would be another one; it stands beside files
 * that hold them anyway, and its mode is 0600.
 */
import { createHash } from "node:crypto";
import { type ConfigValue, equalValues } from "configstream-consumer/internal";
import type { StoreWrite } from "./contents.js";

export interface SavedState {
  readonly revision: number;
  readonly savedAtMs: number;
  readonly settings: readonly StoreWrite[];
}

/** Why a file is not used: the end of a sentence that begins with the file. */
export class SavedStateRefused extends Error {
  override readonly name = "SavedStateRefused";
}

const format = "configstream-store";
const version = 1;

type Prefixes = Readonly<Record<string, string>>;

export function savedText(
  layers: Prefixes,
  revision: number,
  savedAtMs: number,
  settings: Iterable<StoreWrite>,
): string {
  const lines = [JSON.stringify({ format, version, layers, revision, savedAtMs })];
  for (const { source, key, value } of settings) lines.push(JSON.stringify([source, key, value]));
  const body = `${lines.join("\n")}\n`;
  return `${body}sha256 ${digest(body)}\n`;
}

/** @throws SavedStateRefused for a text that is damaged, or of other layers. */
export function parseSaved(text: string, layers: Prefixes): SavedState {
  const bodyEnd = text.lastIndexOf("\nsha256 ") + 1;
  const body = text.slice(0, bodyEnd);
  if (bodyEnd === 0 || text.slice(bodyEnd) !== `sha256 ${digest(body)}\n`) {
    throw new SavedStateRefused("is damaged or cut short (its checksum does not match)");
  }
  const [headLine = "", ...lines] = body.split("\n").slice(0, -1);
  const head = JSON.parse(headLine) as { [name: string]: unknown };
  if (head.format !== format || head.version !== version) {
    throw new SavedStateRefused("is of another format or version");
  }
  // A prefix that was changed is another fleet's or another group's.
  if (!equalValues(head.layers as ConfigValue, { ...layers })) {
    throw new SavedStateRefused("was saved with other layers or prefixes");
  }
  const settings = lines.map((line) => {
    const [source, key, value] = JSON.parse(line) as [string, string, ConfigValue];
    return { source, key, value };
  });
  return { revision: Number(head.revision), savedAtMs: Number(head.savedAtMs), settings };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
