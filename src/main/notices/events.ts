/** What a consumer gives notice of. Types only. */
import type { HeldChange } from "../../shared/held-setting.js";
import type { ErrorSummary, LifecycleState } from "../../shared/types.js";

/** The consumer's state is another one. */
export interface StateNotice {
  readonly state: LifecycleState;
  /** The one that was given notice of before; `starting` at first. */
  readonly previous: LifecycleState;
}

/** Settings are held, or have healed. Names and rules, never values. */
export type HeldNotice = HeldChange;

/** A worker is started in place of one that died. */
export interface RestartNotice {
  /** Workers that were started so, this one included. */
  readonly restarts: number;
  /** Why the one before died. */
  readonly error: Pick<ErrorSummary, "code" | "message">;
}

/** The events of a consumer, each with the arguments of its listeners. */
export interface ConsumerEvents {
  state: [notice: StateNotice];
  held: [notice: HeldNotice];
  restart: [notice: RestartNotice];
}

/** As Node.js's `EventEmitter` has it, as far as listeners go: a consumer emits its events itself. */
export interface ConsumerEmitter {
  /**
   * Calls back at every event of that name from now on. The same listener may be added several times. It runs in the asynchronous
   * context in which it was added; what it throws, or a promise that it returns and that rejects, is reported to the logger and
   * has no other effect. Events come one after another, in order, and a listener that is added meanwhile gets none that is older than
   * itself. States that follow each other faster than this thread takes them are told as the last one.
   *
   * Listening neither keeps the process alive nor wakes this thread more often than something happens. Throws
   * `InvalidOptionError` for an event that there is not, and for a listener that is no function; `error` is a name that is accepted
   * and never emitted, so that `once` and `on` of `node:events` can be used.
   */
  on<Name extends keyof ConsumerEvents>(name: Name, listener: (...args: ConsumerEvents[Name]) => unknown): this;
  /** As {@link on}, for the next event alone. */
  once<Name extends keyof ConsumerEvents>(name: Name, listener: (...args: ConsumerEvents[Name]) => unknown): this;
  /** Takes back the last addition of a listener; harmless when there is none. */
  off<Name extends keyof ConsumerEvents>(name: Name, listener: (...args: ConsumerEvents[Name]) => unknown): this;
  /** As {@link on}. */
  addListener: this["on"];
  /** As {@link off}. */
  removeListener: this["off"];
}
