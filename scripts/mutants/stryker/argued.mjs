// Changes that no test can notice, each with the reason, in argued/*.json:
// [{ "file": "src/…", "reason": "…", "changes": [{ "line": "…", "was": "…", "now": "…" }] }]
// They are known by the text of the line, not by its number, so that they outlive edits elsewhere.
import { readdirSync, readFileSync } from "node:fs";

const place = new URL("argued/", import.meta.url);
const entries = readdirSync(place).flatMap((name) => JSON.parse(readFileSync(new URL(name, place), "utf8")));

/** What a change is known by: the line at which it begins, what it replaced there and by what. */
export function changeOf({ location, replacement }, source) {
  const { start, end } = location;
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const line = lines[0].trim();
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return { line, was: short(lines.join("\n")), now: short(replacement) };
}

/** How many of the unnoticed changes of a file are argued, the others, and arguments about changes that are not there. */
export function argued(file, unnoticed) {
  const arguments_ = entries.filter((entry) => entry.file === file).flatMap(({ changes }) => changes);
  const isSame = (a, b) => a.line === b.line && a.was === b.was && a.now === b.now;
  const open = unnoticed.filter(({ change }) => !arguments_.some((one) => isSame(one, change)));
  const stale = arguments_.filter((one) => !unnoticed.some(({ change }) => isSame(one, change)));
  return { apart: unnoticed.length - open.length, open, stale };
}

/** In one line, and not the whole of a long block. */
function short(text) {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
