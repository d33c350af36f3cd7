/** A border around lines, with titles in it. Pure. */
import { stripVTControlCharacters } from "node:util";
import type { Style } from "./style.js";
import { displayWidth, fitTo, truncate } from "./text.js";

/** Lines with a border around them. A line may hold styles; its width is that of its text. */
export class Frame {
  readonly #inner: number;
  readonly #style: Style;

  constructor(inner: number, style: Style) {
    this.#inner = inner;
    this.#style = style;
  }

  line(text: string): string {
    const bar = this.#style("dim", "│");
    const bare = stripVTControlCharacters(text);
    // Cutting would have to handle the styles, so a line that is too long loses them.
    const free = this.#inner - displayWidth(bare, this.#inner + 1);
    return `${bar} ${free >= 0 ? text + " ".repeat(free) : fitTo(bare, this.#inner)} ${bar}`;
  }

  top(title: string, right: string): string {
    const head = truncate(title, this.#inner - 2);
    const end = truncate(right, Math.max(0, this.#inner - displayWidth(head) - 5));
    const fill = "─".repeat(Math.max(0, this.#inner - displayWidth(head) - displayWidth(end) - 4));
    return `${this.#dim("╭─ ")}${this.#style("bold", head)}${this.#dim(` ${fill} ${end} ─╮`)}`;
  }

  divider(title: string, note = ""): string {
    const head = truncate(title, this.#inner - 2);
    const rest = note === "" ? "" : ` ${truncate(note, Math.max(0, this.#inner - displayWidth(head) - 4))}`;
    const fill = "─".repeat(Math.max(0, this.#inner - displayWidth(head + rest) - 1));
    return `${this.#dim("├─ ")}${this.#style("bold", head)}${this.#dim(`${rest} ${fill}┤`)}`;
  }

  bottom(text: string): string {
    const foot = truncate(text, this.#inner - 2);
    const fill = "─".repeat(Math.max(0, this.#inner - displayWidth(foot) - 1));
    return this.#dim(`╰─ ${foot} ${fill}╯`);
  }

  #dim(text: string): string {
    return this.#style("dim", text);
  }
}
