/** The last lines of this worker's log, kept only where the core agent may ask for them. */
import type { LogLevel } from "../../shared/messages.js";

const maxLines = 200;
/** Longer lines are cut. */
const maxLength = 2_000;

export class LogTail {
  readonly #now: () => number;
  readonly #lines: string[] = [];

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(level: LogLevel, message: string): void {
    const line = `${new Date(this.#now()).toISOString()} ${level} ${message.replaceAll(/[\r\n]+/g, " ")}`;
    if (this.#lines.push(line.length > maxLength ? `${line.slice(0, maxLength)}…` : line) > maxLines)
      this.#lines.shift();
  }

  /** Oldest first. */
  lines(): readonly string[] {
    return [...this.#lines];
  }
}
