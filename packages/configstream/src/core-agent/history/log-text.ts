/**
 * The text of the history's file, to which lines are appended:
 *
 * ```
 * 5d41402abc4b2a76 {"format":"configstream-history","version":1}
 * 7d793037a0760186 {"id":1,"timeMs":…,"base":[["file","log_level",{"value":"info"}],…]}      a life begins
 * 8f14e45fceea167a {"id":2,"timeMs":…,"cause":{"kind":"runtime"},"changes":[["file","log_level",{…},{…}]]}
 * ```
 *
 * Each line begins with a checksum of the rest. The first line that does not fit, and all after it, are cut off: a process that is killed
 * leaves part of a line at most. Ids only grow; one that does not is of a second core agent that wrote to the same file. Pure.
 */
import crypto from "node:crypto";
import { type HistoryEntry, type Life, type PastSetting, type PastState, type PastValue, placeOf } from "./entry.js";

const head = JSON.stringify({ format: "configstream-history", version: 1 });

export const headLine = line(head);

/** Largest state that a life begins with in a file, in characters. */
const maxBaseLength = 16 * 1024 * 1024;

export function lifeLine({ id, timeMs, base }: Life): string {
  return line(`{"id":${id},"timeMs":${timeMs},"base":${base === undefined ? null : baseText(base)}}`);
}

function baseText(base: PastState): string | null {
  const rows: string[] = [];
  let length = 0;
  for (const { source, key, value } of base.values()) {
    const row = JSON.stringify([source, key, value]);
    length += row.length + 1;
    if (length > maxBaseLength) return null;
    rows.push(row);
  }
  return `[${rows.join(",")}]`;
}

/** A change set as it stands in its {@link entryLine}; its length is the size of the change set. */
export function entryText({ id, timeMs, cause, changes }: HistoryEntry): string {
  const rows = changes.map(({ source, key, before, after }) => [source, key, before ?? null, after ?? null]);
  return JSON.stringify({ id, timeMs, cause, changes: rows });
}

export function entryLine(text: string): string {
  return line(text);
}

/** All lives of a text, and how many of its bytes are good. */
export function parseLog(bytes: Buffer): { readonly lives: readonly Life[]; readonly goodBytes: number } {
  const lives: { id: number; timeMs: number; base: Map<string, PastSetting> | undefined; entries: HistoryEntry[] }[] =
    [];
  let at = 0;
  let lastId = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(10, at);
    const text = end < 0 ? undefined : checked(bytes.toString("utf8", at, end));
    if (text === undefined || (at === 0 && text !== head)) break;
    if (at > 0) {
      const row = JSON.parse(text) as { id: number; timeMs: number; base?: BaseRow[] | null } & Partial<EntryRow>;
      const { id, timeMs } = row;
      if (!(id > lastId)) break;
      lastId = id;
      if (row.base !== undefined) {
        const base =
          row.base === null
            ? undefined
            : new Map(row.base.map(([source, key, value]) => [placeOf(source, key), { source, key, value }]));
        lives.push({ id, timeMs, base, entries: [] });
      } else if (row.changes !== undefined && row.cause !== undefined) {
        const changes = row.changes.map(([source, key, before, after]) => ({
          source,
          key,
          before: before ?? undefined,
          after: after ?? undefined,
        }));
        lives.at(-1)?.entries.push({ id, timeMs, cause: row.cause, changes });
      }
    }
    at = end + 1;
  }
  return { lives, goodBytes: at };
}

type BaseRow = [source: string, key: string, value: PastValue];

interface EntryRow {
  readonly cause: HistoryEntry["cause"];
  readonly changes: readonly [source: string, key: string, before: PastValue | null, after: PastValue | null][];
}

function line(text: string): string {
  return `${checksum(text)} ${text}\n`;
}

function checked(text: string): string | undefined {
  const rest = text.slice(17);
  return text.startsWith(`${checksum(rest)} `) ? rest : undefined;
}

function checksum(text: string): string {
  // In one call where there is one, because an object for each line costs three times as much.
  const digest =
    typeof crypto.hash === "function"
      ? crypto.hash("sha256", text, "hex")
      : crypto.createHash("sha256").update(text).digest("hex");
  return digest.slice(0, 16);
}
