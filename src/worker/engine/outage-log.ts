/**
 * What the log says about an outage: a line when it begins, at most one a minute while it lasts, and one when it ends. An
 * outage is any time in which new settings cannot reach the readers, the time before the first snapshot included once
 * something has gone wrong.
 */
import type { Clock } from "../../shared/clock.js";
import { duration } from "../../shared/text/duration.js";
import type { EngineLog } from "../ports.js";

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

  /** `sinceMs`: an outage that a former worker or its end began, and that was told; in ms since the epoch. */
  constructor(log: EngineLog, clock: Clock, sinceMs: number | undefined) {
    this.#log = log;
    this.#clock = clock;
    if (sinceMs === undefined) return;
    const nowMs = clock.monotonic();
    this.#outage = { sinceMs: nowMs - Math.max(0, clock.now() - sinceMs), saidMs: nowMs };
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
