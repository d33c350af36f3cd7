/** What has to be written so that a terminal shows other lines than before. Pure. */
import { printable } from "./printable.js";

const clearToEnd = "\u001b[K";
const reset = "\u001b[0m";

/**
 * The bytes for the rows that differ, each with its place. A row below the last line is cleared. `before` is `undefined` when the
 * screen is empty.
 */
export function changedRows(before: readonly string[] | undefined, lines: readonly string[]): string {
  let bytes = "";
  for (let row = 0; row < Math.max(lines.length, before?.length ?? 0); row++) {
    const line = lines[row] ?? "";
    if (line === (before?.[row] ?? "")) continue;
    // Cleared behind the text, not before it, so that nothing flickers.
    bytes += `\u001b[${row + 1};1H${reset}${harmless(line)}${reset}${clearToEnd}`;
  }
  return bytes;
}

/** Of all control sequences only styles are let through: a line must not be able to move the cursor. */
function harmless(line: string): string {
  const [first = "", ...rest] = line.split("\u001b");
  const parts = rest.map((part) => {
    const style = /^\[[\d;]*m/.exec(part)?.[0];
    return style === undefined ? `\\u001b${printable(part)}` : `\u001b${style}${printable(part.slice(style.length))}`;
  });
  return printable(first) + parts.join("");
}
