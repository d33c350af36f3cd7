/**
 * The engine: one loop of attempts. An attempt reads the credentials, connects, obtains a session, and holds one stream
 * until it is over; then comes the back-off, and the next attempt. There is one loop, so there are never two streams, two
 * connections or two retry timers at a time.
 */

import { createBackoff } from "../../shared/backoff.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { HeldSetting } from "../../shared/held-setting.js";
import type { EngineParams } from "../../shared/params.js";
import type { SavedSetting, SavedSettings } from "../cache/saved-settings.js";
import type { Rules } from "../guards/verdicts.js";
import type { EnginePorts } from "../ports.js";
import { LayerStore } from "../settings/layers.js";
import { Applier } from "./applier.js";
import { attempt } from "./attempt/attempt.js";
import type { AttemptParts } from "./attempt/attempt-parts.js";
import { sleep } from "./cancel.js";
import { type Defer, deferToTurnEnd } from "./defer.js";
import { Lifecycle } from "./lifecycle.js";
import { OutageLog } from "./outage-log.js";
import { Reopenings } from "./reopenings.js";
import { createSessionSource } from "./session.js";
import { failureLine, reopeningLine } from "./words.js";

/** The running engine. */
export interface Engine {
  /** Begins. Never throws for reasons of the network; what goes wrong shows in the status. A second call does nothing. */
  start(): void;
  /**
   * Ends: cancels timers, stream and channel. Once it has resolved, no port is called any more. Idempotent; an engine that
   * was stopped cannot be started again.
   */
  stop(): Promise<void>;
  /** See {@link Applier.restore}. */
  restore(saved: SavedSettings): boolean;
  /** See {@link Applier.published}. */
  published(): readonly SavedSetting[] | undefined;
  /** See {@link Applier.judgeBy}. */
  judgeBy(rules: Rules): void;
  /** See {@link Applier.trial}. */
  trial(settings: readonly SavedSetting[]): readonly HeldSetting[] | undefined;
}

/** What can be replaced for tests beyond the ports. */
export interface EngineOptions {
  /** How events that arrive together are collected; the default waits for the end of the event loop's turn. */
  readonly defer?: Defer;
  /** Least time between two streams that are given up for the snapshot of a new one, in ms; the default is 5 s. */
  readonly reopeningIntervalMs?: number;
  /** Since when settings cannot reach the readers, when that began before this engine; in ms since the epoch. */
  readonly interruptedSinceMs?: number | undefined;
}

/** Makes an engine; it does nothing before `start()`. */
export function createEngine(params: EngineParams, ports: EnginePorts, options: EngineOptions = {}): Engine {
  return new AttemptLoop(params, ports, options);
}

class AttemptLoop implements Engine {
  readonly #parts: AttemptParts;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    params: EngineParams,
    ports: EnginePorts,
    { defer = deferToTurnEnd, reopeningIntervalMs = 5_000, interruptedSinceMs }: EngineOptions,
  ) {
    this.#parts = {
      params,
      ports,
      defer,
      signal: this.#abort.signal,
      lifecycle: new Lifecycle(ports.status, ports.clock),
      outage: new OutageLog(ports.log, ports.clock, interruptedSinceMs),
      applier: new Applier(new LayerStore(params), { ...ports, defaults: params.defaults }),
      sessions: createSessionSource(params, ports),
      reopenings: new Reopenings(ports.clock, reopeningIntervalMs),
    };
  }

  start(): void {
    if (this.#stopping !== undefined) return;
    this.#running ??= this.#run().catch((thrown: unknown) => this.#ended(thrown));
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  restore(saved: SavedSettings): boolean {
    return this.#parts.applier.restore(saved);
  }

  published(): readonly SavedSetting[] | undefined {
    return this.#parts.applier.published();
  }

  judgeBy(rules: Rules): void {
    this.#parts.applier.judgeBy(rules);
  }

  trial(settings: readonly SavedSetting[]): readonly HeldSetting[] | undefined {
    return this.#parts.applier.trial(settings);
  }

  async #shutDown(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#parts.lifecycle.stopped();
  }

  #ended(thrown: unknown): void {
    if (this.#abort.signal.aborted) return;
    const error = ConfigStreamError.from(thrown);
    const { lifecycle, ports } = this.#parts;
    lifecycle.problem(error);
    ports.log("error", `The engine ended by a defect of this library. ${error.message}`);
    ports.onDefect?.(error);
  }

  async #run(): Promise<void> {
    const { params, ports, signal, lifecycle, outage, sessions } = this.#parts;
    const { clock, random, status } = ports;
    const { coreAgentAddress } = params;
    let backoff = createBackoff(params.backoff);
    let rejectionsInARow = 0;
    for (let attempts = 0; ; attempts++) {
      if (attempts > 0) status.count("reconnects");
      const end = await attempt(this.#parts);
      signal.throwIfAborted();
      if (end === "wants a snapshot") {
        await this.#reopen();
        continue;
      }

      backoff = backoff.afterLive(end.liveMs);
      if (end.liveMs >= params.backoff.resetAfterMs) rejectionsInARow = 0;
      rejectionsInARow = end.rejected ? rejectionsInARow + 1 : 0;
      // A lost session is replaced at once, but only once in a row: a core agent that rejects every session must not
      // be asked in a hot loop.
      let delayMs = 0;
      if (!(end.rejected && sessions.renewable && rejectionsInARow === 1)) {
        const step = backoff.next(random());
        backoff = step.next;
        delayMs = step.delayMs;
      }
      const { step } = lifecycle.status;
      lifecycle.down(end.error, {
        sessionRejected: end.rejected,
        hopeless: end.rejected && !sessions.renewable,
        nextAttemptAtMs: clock.now() + delayMs,
      });
      const { attempt: number } = lifecycle.status;
      outage.failure(failureLine(end.error, { coreAgentAddress, step, attempt: number, delayMs }));
      if (delayMs > 0) await sleep(clock, delayMs, signal);
    }
  }

  async #reopen(): Promise<void> {
    const { params, ports, signal, lifecycle, reopenings } = this.#parts;
    const { clock, log } = ports;
    const { floorMs } = params.backoff;
    log(reopenings.happened() ? "info" : "debug", reopeningLine(reopenings.intervalMs));
    lifecycle.reopens(clock.now() + floorMs);
    await sleep(clock, floorMs, signal);
  }
}
