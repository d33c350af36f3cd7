/** Finds in a sequence of states when updates stop arriving and when they are back. Pure. */
import type { ConsumerStatus } from "configstream-consumer";
import { reasonOf } from "./connection.js";

export type OutageEvent =
  | { readonly kind: "outage"; readonly reason: string }
  | { readonly kind: "recovery"; readonly lastedMs: number };

type Observed = Pick<ConsumerStatus, "state" | "lastError">;

/** Must be given the status again and again, beginning when it is live. */
export class OutageWatch {
  #sinceMs: number | undefined;

  /** What has happened since the last look, if anything. `nowMs` is monotonic. */
  look({ state, lastError }: Observed, nowMs: number): OutageEvent | undefined {
    if (state === "stopped") return undefined;
    if (state === "live") {
      const sinceMs = this.#sinceMs;
      this.#sinceMs = undefined;
      return sinceMs === undefined ? undefined : { kind: "recovery", lastedMs: nowMs - sinceMs };
    }
    if (this.#sinceMs !== undefined) return undefined;
    this.#sinceMs = nowMs;
    const why = lastError === undefined ? "The stream is being opened again." : reasonOf(lastError);
    return { kind: "outage", reason: `The last settings stay readable. ${why}` };
  }
}
