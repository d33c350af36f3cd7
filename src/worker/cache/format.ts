/**
 * The text of a cache file:
 *
 * ```
 * {"format":"configstream-cache","version":1,"clientName":…,"coreAgentAddress":…,"origin":…,"sequenceId":…,…}
 * ["log_level",["default","info"],["file","debug"]]     one line a setting, layers from lowest to highest priority
 * sha256 8f43…                                          of everything before this line
 * ```
 *
 * JSON loses nothing here: a setting's numbers are finite and its texts have no lone surrogates (event-decoder.ts), and
 * `JSON.parse` makes a name such as `__proto__` a plain property. A file is used whole or refused whole, in words that quote
 * nothing of it.
 */
import { createHash } from "node:crypto";
import { holdsCredential } from "../../shared/text/credential-names.js";
import type { ConfigValue, SourceValue } from "../../shared/types.js";
import type { CacheOwner, SavedSetting, SavedSettings } from "./saved-settings.js";

const formatName = "configstream-cache";
/** Raised by every change that an older or newer reader would misread. */
const formatVersion = 1;
/** Settings whose lines become text in one go: the worker must not be held up for long. */
const slice = 500;
/** The sources of settings that a secrets backend resolved. */
const secretSource = "secret";

/** Why a file is not used: the end of a sentence that begins with the file. Quotes nothing of it. */
export class CacheRefused extends Error {
  override readonly name = "CacheRefused";
}

/** Whether a setting may be kept in a file: nothing about it looks like a credential. */
export function mayBeKept([key, layers]: SavedSetting): boolean {
  return !layers.some(({ source, value }) => source === secretSource || holdsCredential(key, value));
}

/** The text of a file in pieces, without the settings that may not be kept. */
export function* cacheText(saved: SavedSettings, owner: CacheOwner): Generator<string, void> {
  const { clientName, coreAgentAddress } = owner;
  const { origin, sequenceId, publishedAtMs, confirmedAtMs, settings } = saved;
  const hash = createHash("sha256");
  const head = { format: formatName, version: formatVersion, clientName, coreAgentAddress };
  let piece = `${JSON.stringify({ ...head, origin, sequenceId, publishedAtMs, confirmedAtMs })}\n`;
  for (let from = 0; from < settings.length; from += slice) {
    for (const setting of settings.slice(from, from + slice)) if (mayBeKept(setting)) piece += lineOf(setting);
    hash.update(piece);
    yield piece;
    piece = "";
  }
  hash.update(piece);
  yield `${piece}sha256 ${hash.digest("hex")}\n`;
}

function lineOf([key, layers]: SavedSetting): string {
  return `${JSON.stringify([key, ...layers.map(({ source, value }) => [source, value])])}\n`;
}

/**
 * Reads a file's text, in steps: the caller may let other work run at each `yield`. Throws {@link CacheRefused} for a text that
 * is damaged, of another version, or another owner's.
 */
export function* parseCache(bytes: Uint8Array, owner: CacheOwner): Generator<void, SavedSettings> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // The head first, because a file of another version may end in another way.
  const headEnd = text.indexOf("\n");
  const facts = checkHead(headEnd < 0 ? "" : text.toString("utf8", 0, headEnd), owner);
  const bodyEnd = text.lastIndexOf("\nsha256 ") + 1;
  const sum = text.toString("latin1", bodyEnd);
  if (bodyEnd <= 0 || sum !== `sha256 ${createHash("sha256").update(text.subarray(0, bodyEnd)).digest("hex")}\n`) {
    throw damaged();
  }
  const settings: SavedSetting[] = [];
  for (let at = headEnd + 1; at < bodyEnd; ) {
    const end = text.indexOf("\n", at);
    settings.push(settingOf(text.toString("utf8", at, end)));
    at = end + 1;
    if (settings.length % slice === 0) yield;
  }
  return { ...facts, settings };
}

function checkHead(line: string, owner: CacheOwner): Omit<SavedSettings, "settings"> {
  const head = parse(line) as { [name: string]: unknown } | null;
  if (typeof head !== "object" || head === null || head.format !== formatName) {
    throw new CacheRefused("is damaged, or no cache file at all");
  }
  if (head.version !== formatVersion) {
    throw new CacheRefused(`has another format version than this library writes (${formatVersion})`);
  }
  const { origin, sequenceId, publishedAtMs, confirmedAtMs } = head;
  if (head.clientName !== owner.clientName) throw new CacheRefused("belongs to a consumer of another clientName");
  if (head.coreAgentAddress !== owner.coreAgentAddress) throw new CacheRefused("belongs to another coreAgentAddress");
  if (
    typeof origin !== "string" ||
    !Number.isInteger(sequenceId) ||
    !Number.isFinite(publishedAtMs) ||
    !Number.isFinite(confirmedAtMs)
  ) {
    throw damaged();
  }
  return { origin, sequenceId, publishedAtMs, confirmedAtMs } as Omit<SavedSettings, "settings">;
}

function settingOf(line: string): SavedSetting {
  const [key, ...layers] = listOf(parse(line));
  if (typeof key !== "string" || key === "" || layers.length === 0) throw damaged();
  return [key, layers.map(layerOf)];
}

function layerOf(given: unknown): SourceValue {
  const [source, value] = listOf(given);
  if (typeof source !== "string" || value === undefined) throw damaged();
  return { source, value: value as ConfigValue };
}

function listOf(given: unknown): readonly unknown[] {
  if (!Array.isArray(given)) throw damaged();
  return given;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would quote the text.
    return undefined;
  }
}

function damaged(): CacheRefused {
  return new CacheRefused("is damaged or cut short (its checksum does not match)");
}
