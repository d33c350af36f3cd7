// Tables in the documentation that the script writes which measured them, between a pair of comments.
import { readFileSync, writeFileSync } from "node:fs";

/** Puts a text between `<!-- name:begin -->` and `<!-- name:end -->` of a page. */
export function writeBetween(page, name, text) {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const before = readFileSync(page, "utf8");
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from === -1 || to < from) throw new Error(`The page has no place for ${name}: ${begin} and ${end} are missing.`);
  writeFileSync(page, `${before.slice(0, from + begin.length)}\n${text}\n${before.slice(to)}`);
}

/** What stands there. */
export function writtenBetween(page, name) {
  const text = readFileSync(page, "utf8");
  const begin = `<!-- ${name}:begin -->\n`;
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(`\n<!-- ${name}:end -->`));
}
