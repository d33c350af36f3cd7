/** Bytes as lines of text. Pure. */
import { StringDecoder } from "node:string_decoder";

export class Lines {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  readonly #mostCharacters: number;
  /** The line that has begun. */
  #parts: string[] = [];
  #characters = 0;

  /** `mostCharacters`: of a line. */
  constructor(mostCharacters: number, onLine: (line: string) => void) {
    this.#mostCharacters = mostCharacters;
    this.#onLine = onLine;
  }

  /** False: a line is too long. To be called no more then. */
  take(bytes: Buffer): boolean {
    return this.#takeText(this.#decoder.write(bytes));
  }

  /** What came after the last line break is a line, too. */
  end(): void {
    this.#takeText(this.#decoder.end());
    if (this.#characters > 0) this.#finish("");
  }

  #takeText(text: string): boolean {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#finish(text.slice(from, end));
      from = end + 1;
    }
    const rest = text.slice(from);
    if (rest !== "") this.#parts.push(rest);
    this.#characters += rest.length;
    return this.#characters <= this.#mostCharacters;
  }

  #finish(end: string): void {
    const line = [...this.#parts, end].join("");
    this.#parts = [];
    this.#characters = 0;
    this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  }
}
