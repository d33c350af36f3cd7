/**
 * What the log says about an outage: a line when it begins, at most one a minute while it lasts, and one when it ends. An
 * outage is any time in which new settings cannot reach the readers, the time before the first snapshot included once
 * something has gone wrong.
 */
import type { Clock } from "../../shared/clock.js";
import { LineRate } from "../../shared/rate.js";
import { duration } from "../../shared/text/duration.js";
import type { EngineLog } from "../ports.js";

/** Keeps the log short. Times are monotonic. */
export class OutageLog {
  readonly #log: EngineLog;
  readonly #clock: Clock;
  readonly #rate = new LineRate();
  /** Since when, if there is one. */
  #sinceMs: number | undefined;

  /** `sinceMs`: an outage that a former worker or its end began, and that was reported; in ms since the epoch. */
  constructor(log: EngineLog, clock: Clock, sinceMs: number | undefined) {
    this.#log = log;
    this.#clock = clock;
    if (sinceMs === undefined) return;
    const nowMs = clock.monotonic();
    this.#sinceMs = nowMs - Math.max(0, clock.now() - sinceMs);
    this.#rate.said(nowMs);
  }

  /** Something failed; `message` is a whole sentence. */
  failure(message: string): void {
    const nowMs = this.#clock.monotonic();
    const sinceMs = this.#sinceMs;
    if (sinceMs === undefined) {
      this.#sinceMs = nowMs;
      this.#rate.said(nowMs);
      this.#log("warn", `Configuration updates are interrupted. ${message}`);
    } else if (this.#rate.isDue(nowMs)) {
      this.#log("warn", `Configuration updates are still interrupted, for ${duration(nowMs - sinceMs)}. ${message}`);
    } else {
      this.#log("debug", message);
    }
  }

  /** Settings reach the readers. */
  recovered(): void {
    const sinceMs = this.#sinceMs;
    if (sinceMs === undefined) return;
    this.#sinceMs = undefined;
    this.#log("info", `Configuration updates flow again, after ${duration(this.#clock.monotonic() - sinceMs)}.`);
  }
}
