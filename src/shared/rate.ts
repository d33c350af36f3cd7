/** Sends log lines to the host, and no more of them than it takes: a blocked main thread must not pile them up. */
import type { LogLevel, WorkerMessage } from "./messages.js";

/** Lines under way before further ones are dropped. */
const MAX_UNDER_WAY = 200;

export class LogGate {
  readonly #open: boolean;
  readonly #post: (message: WorkerMessage) => void;
  #underWay = 0;
  #dropped = 0;

  constructor(open: boolean, post: (message: WorkerMessage) => void) {
    this.#open = open;
    this.#post = post;
  }

  write(level: LogLevel, message: string): void {
    if (!this.#open) return;
    if (this.#underWay >= MAX_UNDER_WAY) {
      this.#dropped++;
      return;
    }
    this.#underWay++;
    this.#post({ kind: "log", level, message });
  }

  /** The host has taken a line. */
  acknowledged(): void {
    this.#underWay--;
    if (this.#underWay > 0 || this.#dropped === 0) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.write("warn", `${dropped} log lines were dropped, since the main thread did not take them in time.`);
  }
}
