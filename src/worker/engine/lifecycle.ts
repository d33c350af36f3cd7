/**
 * Where the engine stands, as one state object that is replaced whole. Every change goes through one method, which also updates
 * the status sink, so that no reader can ever see a state that the engine is not in.
 *
 * On the way up for the first time the state follows the steps: `starting`, `registering`, `connecting`, `live`. Once an attempt
 * has failed, the state stays `stale` (settings are readable) or `failed` (none ever arrived) until the stream is live again, and
 * `step` alone says how far the present attempt has come: a dashboard shows the outage and not its flickering attempts.
 */
import type { Clock } from "../../shared/clock.js";
import type { ConfigStreamError } from "../../shared/errors.js";
import type { ErrorSummary, StartupStep } from "../../shared/types.js";
import type { EngineStatus, StatusSink } from "../ports.js";

/** Longest reason that is kept beside a message, which is there in full. */
const longestReason = 400;

/** A step that an attempt can be at. */
export type AttemptStep = Exclude<StartupStep, "done">;

/** The states, each with the steps that are possible in it. */
type Phase =
  | { readonly state: "starting"; readonly step: "credentials" }
  | { readonly state: "registering"; readonly step: "registration" }
  | { readonly state: "connecting"; readonly step: "connection" | "first snapshot" }
  | { readonly state: "live"; readonly step: "done" }
  | { readonly state: "stale" | "failed"; readonly step: AttemptStep }
  | { readonly state: "stopped"; readonly step: StartupStep };

/** What goes along with the state. */
interface Facts {
  readonly attempt: number;
  readonly nextAttemptAtMs: number | undefined;
  readonly sessionSinceMs: number | undefined;
  readonly lastError: ErrorSummary | undefined;
  readonly interruptedSinceMs: number | undefined;
}

/** The engine's state. */
export class Lifecycle {
  readonly #sink: Pick<StatusSink, "set">;
  readonly #clock: Clock;
  #everLive = false;
  #phase: Phase = { state: "starting", step: "credentials" };
  #facts: Facts = {
    attempt: 0,
    nextAttemptAtMs: undefined,
    sessionSinceMs: undefined,
    lastError: undefined,
    interruptedSinceMs: undefined,
  };

  constructor(sink: Pick<StatusSink, "set">, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
    this.#enter(this.#phase);
  }

  /** The present status. */
  get status(): EngineStatus {
    return { ...this.#phase, ...this.#facts };
  }

  /** The current attempt has reached this step. */
  reached(step: AttemptStep): void {
    const { state } = this.#phase;
    const down = state === "stale" || state === "failed";
    this.#enter(down ? { state, step } : climbing(step), { nextAttemptAtMs: undefined });
  }

  /** A session was obtained, or the last one is gone. */
  session(sinceMs: number | undefined): void {
    this.#enter(this.#phase, { sessionSinceMs: sinceMs });
  }

  /** The first snapshot of the present stream has been published. */
  live(): void {
    this.#everLive = true;
    this.#enter(
      { state: "live", step: "done" },
      { attempt: 0, nextAttemptAtMs: undefined, interruptedSinceMs: undefined },
    );
  }

  /** A state was published. */
  flows(): void {
    if (this.#facts.interruptedSinceMs !== undefined) this.#enter(this.#phase, { interruptedSinceMs: undefined });
  }

  /** Something went wrong that does not end the attempt. */
  problem(error: ConfigStreamError): void {
    this.#enter(this.#phase, { lastError: this.#summary(error), interruptedSinceMs: this.#interruptedSinceMs });
  }

  /** Something is wrong that does not keep settings from the readers. */
  note(error: ConfigStreamError): void {
    this.#enter(this.#phase, { lastError: this.#summary(error) });
  }

  /**
   * The attempt is over, or the stream is down. `sessionRejected`: the step that is left to do is a session; `hopeless`: without
   * outside help the next attempt will fail as well, which is `failed` even while settings are readable.
   */
  down(
    error: ConfigStreamError,
    cause: { sessionRejected: boolean; hopeless: boolean; nextAttemptAtMs: number },
  ): void {
    const { step } = this.#phase;
    this.#enter(
      {
        state: this.#everLive && !cause.hopeless ? "stale" : "failed",
        step: cause.sessionRejected ? "registration" : step === "done" ? "connection" : step,
      },
      {
        attempt: this.#facts.attempt + 1,
        nextAttemptAtMs: cause.nextAttemptAtMs,
        lastError: this.#summary(error),
        interruptedSinceMs: this.#interruptedSinceMs,
      },
    );
  }

  /** The stream was given up for the snapshot of a new one. Nothing has failed. */
  reopens(nextAttemptAtMs: number): void {
    this.#enter({ state: "stale", step: "connection" }, { nextAttemptAtMs });
  }

  /** The engine was stopped. */
  stopped(): void {
    const { step } = this.#phase;
    this.#enter({ state: "stopped", step }, { nextAttemptAtMs: undefined });
  }

  /** For an interruption that goes on, or begins now. */
  get #interruptedSinceMs(): number {
    return this.#facts.interruptedSinceMs ?? this.#clock.now();
  }

  #summary(error: ConfigStreamError): ErrorSummary {
    const { code, message, details } = error;
    const reason = details.reason?.slice(0, longestReason);
    return { code, message, ...(reason === undefined ? {} : { reason }), atMs: this.#clock.now() };
  }

  /** The only place where the state changes. */
  #enter(phase: Phase, facts: Partial<Facts> = {}): void {
    this.#phase = phase;
    this.#facts = { ...this.#facts, ...facts };
    this.#sink.set(this.status);
  }
}

function climbing(step: AttemptStep): Phase {
  switch (step) {
    case "credentials":
      return { state: "starting", step };
    case "registration":
      return { state: "registering", step };
    case "connection":
    case "first snapshot":
      return { state: "connecting", step };
  }
}
