/** How many log lines there may be: of one thing that lasts, and under way to the host. */
import type { LogLevel, WorkerMessage } from "./messages.js";

/** Lines under way before further ones are dropped. */
const maxUnderWay = 200;

/** Least time between two lines about one thing that lasts, in ms. */
const reminderMs = 60_000;

/** At most one line a minute about one thing. Times are monotonic, in ms. */
export class LineRate {
  #saidMs = Number.NEGATIVE_INFINITY;

  /** True at most once a minute, whenever a line may be written. */
  isDue(nowMs: number): boolean {
    const isDue = nowMs - this.#saidMs >= reminderMs;
    if (isDue) this.#saidMs = nowMs;
    return isDue;
  }

  /** A line was written that was due in any case; the next one is a minute later. */
  said(nowMs: number): void {
    this.#saidMs = nowMs;
  }
}

/** Sends log lines to the host, and no more of them than it takes: a blocked main thread must not pile them up. */
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
    if (this.#underWay >= maxUnderWay) {
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
