/**
 * Cuts TypeScript or JavaScript into words, texts and single signs, without comments. Enough to find declarations and calls; it
 * does not know regular expressions or templates, whose inside it takes for code. One pass, whatever the text. Pure.
 */

export interface Token {
  readonly kind: "word" | "text" | "sign";
  /** As it is in the code, quotes included. */
  readonly source: string;
  /** From 1. */
  readonly line: number;
  /** Blanks or a comment are before it. */
  readonly blankBefore: boolean;
  /** A line ends before it. */
  readonly breakBefore: boolean;
}

/**
 * What may come next: blanks or a comment to the end of the line, a word, a text, or any sign. Each of them matches wherever it is tried, or
 * fails at its first sign: nothing is read twice.
 */
const piece = /(\s+|\/\/[^\n]*)|([\w$]+)|("(?:[^"\\\n]|\\[^\n])*"?|'(?:[^'\\\n]|\\[^\n])*'?|`[\w.\-/]*`?)|[\s\S]/y;

export function tokensOf(code: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let blankBefore = false;
  let breakBefore = false;
  while (at < code.length) {
    piece.lastIndex = at;
    const [source = "", blank, name, text = ""] = piece.exec(code) ?? [];
    const passed = blank ?? blockComment(code, at);
    if (passed !== "") {
      const breaks = countBreaks(passed);
      at += passed.length;
      line += breaks;
      blankBefore = true;
      breakBefore ||= breaks > 0;
      continue;
    }
    const kind = name !== undefined ? "word" : isWhole(text) ? "text" : "sign";
    tokens.push({ kind, source, line, blankBefore, breakBefore });
    at += source.length;
    blankBefore = false;
    breakBefore = false;
  }
  return tokens;
}

/** What is between the quotes. */
export function contentOf({ source }: Token): string {
  return source.slice(1, -1);
}

function isWhole(text: string): boolean {
  return text.length > 1 && text.endsWith(text.charAt(0));
}

function blockComment(code: string, at: number): string {
  if (!code.startsWith("/*", at)) return "";
  const end = code.indexOf("*/", at + 2);
  return code.slice(at, end < 0 ? code.length : end + 2);
}

function countBreaks(text: string): number {
  let breaks = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) breaks += 1;
  return breaks;
}
