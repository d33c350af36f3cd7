/** Which calls are let in: not too many, and only with the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../shared/clock.js";
import { grpcCode } from "../link/grpc-codes.js";

/** Why a call ends, in gRPC's terms. The text never holds what the caller sent. */
export interface Refusal {
  readonly code: number;
  readonly details: string;
}

export class Gate {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #perSecond: number;
  #expected: Buffer | undefined;
  /** Calls that may come at once: at most one second's worth. */
  #left: number;
  #countedAtMs: number;

  constructor(clock: Pick<Clock, "monotonic">, maxCallsPerSecond: number) {
    this.#clock = clock;
    this.#perSecond = maxCallsPerSecond;
    this.#left = maxCallsPerSecond;
    this.#countedAtMs = clock.monotonic();
  }

  /** From now on, callers must bear this token. */
  expect(token: string): void {
    this.#expected = digest(`Bearer ${token}`);
  }

  /** `authorization`: the call's metadata of that name. Guesses at the token count as calls. */
  pass(authorization: string | undefined): Refusal | undefined {
    if (!this.#take()) {
      const details = `More than ${this.#perSecond} calls in a second (option "serve.maxCallsPerSecond"); ask again later.`;
      return { code: grpcCode.resourceExhausted, details };
    }
    if (authorization === undefined) {
      const details = "The call has no authorization metadata; send the bearer token.";
      return { code: grpcCode.unauthenticated, details };
    }
    // Digests, so that neither the content nor the length of a guess shows in the time that it takes.
    if (this.#expected !== undefined && timingSafeEqual(digest(authorization), this.#expected)) return undefined;
    const details = "The bearer token is not valid; read the auth_token file again.";
    return { code: grpcCode.unauthenticated, details };
  }

  #take(): boolean {
    const nowMs = this.#clock.monotonic();
    const earned = ((nowMs - this.#countedAtMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + earned);
    this.#countedAtMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
