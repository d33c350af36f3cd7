/** Text for a terminal: how wide it is, cut to a width, and free of characters that would move the cursor. Pure. */

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
// Scripts and symbols that terminals draw two columns wide.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const plainAscii = /^[\x20-\x7e]*$/;

/** Columns that a text takes in a terminal. */
export function displayWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += graphemeWidth(segment);
  return columns;
}

function graphemeWidth(grapheme: string): number {
  if (/^\p{Mark}|^\u200b/u.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** Shortens a text to a number of columns; what was cut off shows as `…`. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns <= 0) return "";
  let kept = "";
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += graphemeWidth(segment);
    if (used > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Breaks a text at its spaces into lines of at most so many columns; a word that is longer stands alone, uncut. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && displayWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** Shortens or fills a text to exactly so many columns. */
export function fitTo(text: string, columns: number, align: "left" | "right" = "left"): string {
  const cut = truncate(text, columns);
  const blanks = " ".repeat(Math.max(0, columns - displayWidth(cut)));
  return align === "left" ? cut + blanks : blanks + cut;
}

/**
 * Replaces control characters, direction marks and lone surrogates by their escapes: a setting's name or value must not
 * be able to move the cursor or to look like something else.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
