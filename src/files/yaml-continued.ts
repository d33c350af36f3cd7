/**
 * Gives lines within lists and maps in brackets, and within quoted texts, the indentation that the parser asks for and YAML readers such
 * as the agent's do not: `tags: [`, items, and `]` at the beginning of a line. Spaces mean nothing there. Pure, and linear.
 */

const byteOrderMark = /\ufeff?/y;
const lineBreak = /\r\n?|\n/y;
const spaces = / */y;
const blanks = /[ \t]*/y;
const restOfLine = /[^\r\n]*/y;
const documentEdge = /(?:---|\.\.\.)(?=[ \t\r\n]|$)/y;
/** `-`, `?` and `:` before an entry of their own. */
const indicator = /[-?:](?=[ \t\r\n]|$)/y;
/** An anchor, a tag or an alias. */
const property = /[&!*][^ \t\r\n,[\]{}]*/y;
/** A text without quotes, up to what ends a key, a comment, or the line. */
const plainInBlock = /(?:[^ \t\r\n:]+|:(?![ \t\r\n]|$)|[ \t]+(?!#))+/y;
const plainInFlow = /(?:[^ \t\r\n:,[\]{}]+|:(?![ \t\r\n,[\]{}]|$)|[ \t]+(?!#))+/y;
const keyEnd = /[ \t]*:(?=[ \t\r\n]|$)/y;
/** To the next end of a text in quotes, or the end of a line in it. */
const inDouble = /(?:[^"\\\r\n]+|\\[^\r\n])*\\?/y;
const inSingle = /(?:[^'\r\n]+|'')*/y;

export function withContinuedLines(text: string): string {
  return new Continued(text).read();
}

class Continued {
  readonly #text: string;
  readonly #pieces: string[] = [];
  #copied = 0;
  #at = 0;
  #lineStart = 0;
  /** Spaces that may still be added, so that no text grows out of proportion. */
  #allowance: number;

  constructor(text: string) {
    this.#text = text;
    this.#allowance = text.length + 65_536;
  }

  read(): string {
    /** Lines that are deeper go on with the text without quotes of the line before. */
    let plainAbove = Number.POSITIVE_INFINITY;
    this.#take(byteOrderMark);
    while (this.#at < this.#text.length) {
      this.#lineStart = this.#at;
      const indent = this.#take(spaces);
      const isEmpty = this.#isLineEnd();
      const isPlain = indent > plainAbove && this.#text[this.#at] !== "#";
      if (!isEmpty && !isPlain) plainAbove = indent === 0 && this.#isEdge() ? this.#edge() : this.#node(indent - 1);
      this.#take(restOfLine);
      this.#take(lineBreak);
    }
    return this.#pieces.join("") + this.#text.slice(this.#copied);
  }

  #take(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length;
  }

  #isLineEnd(): boolean {
    const next = this.#text[this.#at];
    return next === undefined || next === "\n" || next === "\r";
  }

  #isEdge(): boolean {
    documentEdge.lastIndex = this.#at;
    return documentEdge.test(this.#text) || this.#text[this.#at] === "%";
  }

  #edge(): number {
    return this.#take(documentEdge) > 0 ? this.#node(-1) : Number.POSITIVE_INFINITY;
  }

  /** Reads what one line begins; returns the column that lines must be deeper than to go on with its text without quotes. */
  #node(outer: number): number {
    let parent = outer;
    for (;;) {
      this.#take(blanks);
      const column = this.#at - this.#lineStart;
      const next = this.#text[this.#at];
      if (next === undefined || next === "#" || this.#isLineEnd()) return Number.POSITIVE_INFINITY;
      if (this.#take(indicator) > 0) {
        parent = column;
        continue;
      }
      if (next === "|" || next === ">") return this.#block(parent);
      if (next === '"' || next === "'") this.#quoted(next, parent + 1);
      else if (next === "[" || next === "{") this.#flow(parent + 1);
      else if (this.#take(property) > 0 && next !== "*") continue;
      else this.#take(plainInBlock);
      if (this.#take(keyEnd) === 0) return this.#isLineEnd() ? parent : Number.POSITIVE_INFINITY;
      parent = column;
    }
  }

  /** Passes over the lines of a text after `|` or `>`. */
  #block(parent: number): number {
    for (;;) {
      this.#take(restOfLine);
      const end = this.#at;
      if (this.#take(lineBreak) === 0) return Number.POSITIVE_INFINITY;
      const isEdge = this.#isEdge();
      const indent = this.#take(spaces);
      if (!this.#isLineEnd() && (indent <= parent || isEdge)) {
        this.#at = end;
        return Number.POSITIVE_INFINITY;
      }
    }
  }

  #quoted(quote: string, indent: number): void {
    this.#at += 1;
    for (;;) {
      this.#take(quote === '"' ? inDouble : inSingle);
      if (!this.#isLineEnd()) {
        this.#at += 1;
        return;
      }
      if (!this.#nextLine(indent)) return;
    }
  }

  #flow(indent: number): void {
    let depth = 0;
    do {
      this.#take(blanks);
      const next = this.#text[this.#at] ?? "";
      if (this.#isLineEnd()) {
        if (!this.#nextLine(indent)) return;
      } else if (next === '"' || next === "'") this.#quoted(next, indent);
      else if (next === "#") this.#take(restOfLine);
      else if (this.#take(property) === 0 && this.#take(plainInFlow) === 0) {
        if (next === "[" || next === "{") depth += 1;
        if (next === "]" || next === "}") depth -= 1;
        this.#at += 1;
      }
    } while (depth > 0);
  }

  /** Goes to the first letter of the next line, which gets the spaces that it lacks. */
  #nextLine(indent: number): boolean {
    if (this.#take(lineBreak) === 0 || this.#isEdge()) return false;
    this.#lineStart = this.#at;
    const missing = indent - this.#take(spaces);
    // The end of the text gets them as well, so that the parser says what is missing there.
    if (missing <= 0 || (this.#isLineEnd() && this.#at < this.#text.length)) return true;
    this.#allowance -= missing;
    if (this.#allowance < 0) return true;
    this.#pieces.push(this.#text.slice(this.#copied, this.#lineStart), " ".repeat(missing));
    this.#copied = this.#lineStart;
    return true;
  }
}
