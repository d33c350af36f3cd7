/**
 * What the log says about an outage: a line when it begins, at most one a minute while it lasts, and one when it ends. An
 * outage is any time in which new settings cannot reach the readers, the time before the first snapshot included once
 * something has gone wrong.
 */
import type { Clock } from "../shared/clock.js";
import type { EngineLog } from "./ports.js";

const reminderMs = 60_000;

interface Outage {
  readonly sinceMs: number;
  readonly saidMs: number;
}

/** Keeps the log short. Times are monotonic. */
export class OutageLog {
  readonly #log: EngineLog;
  readonly #clock: Clock;
  #outage: Outage | undefined;

  constructor(log: EngineLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Something failed; `message` is a whole sentence. */
  failure(message: string): void {
    const nowMs = this.#clock.monotonic();
    const outage = this.#outage;
    if (outage === undefined) {
      this.#outage = { sinceMs: nowMs, saidMs: nowMs };
      this.#log("warn", `Configuration updates are interrupted. ${message}`);
    } else if (nowMs - outage.saidMs >= reminderMs) {
      this.#outage = { ...outage, saidMs: nowMs };
      this.#log(
        "warn",
        `Configuration updates are still interrupted, for ${duration(nowMs - outage.sinceMs)}. ${message}`,
      );
    } else {
      this.#log("debug", message);
    }
  }

  /** Settings reach the readers. */
  recovered(): void {
    const outage = this.#outage;
    if (outage === undefined) return;
    this.#outage = undefined;
    this.#log("info", `Configuration updates flow again, after ${duration(this.#clock.monotonic() - outage.sinceMs)}.`);
  }
}

/** A length of time for people: `850 ms`, `12.3 s`, `3 min 5 s`, `2 h 7 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toString()} s`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
