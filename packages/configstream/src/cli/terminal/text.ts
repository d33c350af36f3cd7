/** Text for a terminal: how wide it is, and cut to a width. Pure. */

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
// Scripts and symbols that terminals draw two columns wide.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const plainAscii = /^[\x20-\x7e]*$/;

/** Columns that a text takes in a terminal. @param most Counting ends there: a value may be megabytes long. */
export function displayWidth(text: string, most = Number.POSITIVE_INFINITY): number {
  if (plainAscii.test(text)) return Math.min(text.length, most);
  let columns = 0;
  for (const grapheme of graphemes(text)) {
    columns += graphemeWidth(grapheme);
    if (columns >= most) return most;
  }
  return columns;
}

/** Each sign is a grapheme of its own, but for a carriage return before a line break. */
const simple = /^[^\r\u0080-\uffff]*$/;

/** Longest part that is given to the segmenter, in UTF-16 units: it takes longer for each sign of a longer text. */
const longestPart = 256;

function* graphemes(text: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const part = text.slice(at, at + longestPart);
    const found = simple.test(part) ? [...part] : Array.from(segmenter.segment(part), ({ segment }) => segment);
    // What is at the end of a part may continue in the next one.
    if (found.length > 1 && at + longestPart < text.length) found.pop();
    for (const grapheme of found) {
      at += grapheme.length;
      yield grapheme;
    }
  }
}

function graphemeWidth(grapheme: string): number {
  if (/^\p{Mark}|^\u200b/u.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** Shortens a text to a number of columns; what was cut off shows as `…`. */
export function truncate(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (displayWidth(text, columns + 1) <= columns) return text;
  let kept = "";
  let used = 1;
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > columns) break;
    kept += grapheme;
  }
  return `${kept}…`;
}

/** Breaks a text at its spaces into lines of at most so many columns; a longer word gets a line of its own, uncut. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of text.split(" ")) {
    const width = displayWidth(word, columns + 1);
    if (line !== "" && used + 1 + width > columns) {
      lines.push(line);
      line = word;
      used = width;
    } else {
      used = line === "" ? width : used + 1 + width;
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Shortens or fills a text to exactly so many columns. */
export function fitTo(text: string, columns: number, align: "left" | "right" = "left"): string {
  const cut = truncate(text, columns);
  const blanks = " ".repeat(Math.max(0, columns - displayWidth(cut)));
  return align === "left" ? cut + blanks : blanks + cut;
}
