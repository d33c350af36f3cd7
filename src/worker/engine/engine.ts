/**
 * The engine: one loop of attempts. An attempt reads the credentials, connects, obtains a session, and holds one stream
 * until it is over; then comes the back-off, and the next attempt. There is one loop, so there are never two streams, two
 * connections or two retry timers at a time.
 */

import { createBackoff } from "../../shared/backoff.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import { duration } from "../../shared/text/duration.js";
import type { StartupStep } from "../../shared/types.js";
import type { SavedSetting, SavedSettings } from "../cache/saved-settings.js";
import { grpcCodeName, isRejection } from "../link/grpc-codes.js";
import { GrpcCallError } from "../link/grpc-failure.js";
import type { Connection, Credentials, EnginePorts, Skipped, TransportError } from "../ports.js";
import { LayerStore } from "../settings/layers.js";
import { Applier } from "./applier.js";
import { sleep, unlessAborted } from "./cancel.js";
import { type Defer, deferToTurnEnd } from "./defer.js";
import { Lifecycle } from "./lifecycle.js";
import { OutageLog } from "./outage-log.js";
import { Reopenings } from "./reopenings.js";
import { createSessionSource, type Session, type SessionSource } from "./session.js";
import { ConfigStream } from "./stream.js";

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

/** How an attempt ended: it failed, or its stream was given up for the snapshot of a new one. */
type AttemptEnd = Failure | "wants a snapshot";

interface Failure {
  readonly error: ConfigStreamError;
  /** The core agent rejected the session. */
  readonly rejected: boolean;
  /** How long the stream was live, in ms; 0 when it never was. */
  readonly liveMs: number;
}

class AttemptLoop implements Engine {
  readonly #params: EngineParams;
  readonly #ports: EnginePorts;
  readonly #defer: Defer;
  readonly #abort = new AbortController();
  readonly #lifecycle: Lifecycle;
  readonly #outage: OutageLog;
  readonly #applier: Applier;
  readonly #sessions: SessionSource;
  readonly #reopenings: Reopenings;
  #running: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    params: EngineParams,
    ports: EnginePorts,
    { defer = deferToTurnEnd, reopeningIntervalMs = 5_000, interruptedSinceMs }: EngineOptions,
  ) {
    this.#params = params;
    this.#ports = ports;
    this.#defer = defer;
    this.#lifecycle = new Lifecycle(ports.status, ports.clock);
    this.#outage = new OutageLog(ports.log, ports.clock, interruptedSinceMs);
    this.#applier = new Applier(new LayerStore(params), ports);
    this.#sessions = createSessionSource(params, ports);
    this.#reopenings = new Reopenings(ports.clock, reopeningIntervalMs);
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
    return this.#applier.restore(saved);
  }

  published(): readonly SavedSetting[] | undefined {
    return this.#applier.published();
  }

  async #shutDown(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#lifecycle.stopped();
  }

  #ended(thrown: unknown): void {
    if (this.#abort.signal.aborted) return;
    const error = ConfigStreamError.from(thrown);
    this.#lifecycle.problem(error);
    this.#ports.log("error", `The engine ended by a defect of this library. ${error.message}`);
    this.#ports.onDefect?.(error);
  }

  async #run(): Promise<void> {
    const { clock, random, status } = this.#ports;
    let backoff = createBackoff(this.#params.backoff);
    let rejectionsInARow = 0;
    for (let attempt = 0; ; attempt++) {
      if (attempt > 0) status.count("reconnects");
      const end = await this.#attempt();
      this.#abort.signal.throwIfAborted();
      if (end === "wants a snapshot") {
        await this.#reopen();
        continue;
      }

      backoff = backoff.afterLive(end.liveMs);
      if (end.liveMs >= this.#params.backoff.resetAfterMs) rejectionsInARow = 0;
      rejectionsInARow = end.rejected ? rejectionsInARow + 1 : 0;
      // A lost session is replaced at once, but only once in a row: a core agent that rejects every session must not
      // be asked in a hot loop.
      let delayMs = 0;
      if (!(end.rejected && this.#sessions.renewable && rejectionsInARow === 1)) {
        const step = backoff.next(random());
        backoff = step.next;
        delayMs = step.delayMs;
      }
      const { step } = this.#lifecycle.status;
      this.#lifecycle.down(end.error, {
        sessionRejected: end.rejected,
        hopeless: end.rejected && !this.#sessions.renewable,
        nextAttemptAtMs: clock.now() + delayMs,
      });
      this.#outage.failure(
        `${end.error.message} ${this.#whereabouts(step, end.error, this.#lifecycle.status.attempt, delayMs)}`,
      );
      if (delayMs > 0) await sleep(clock, delayMs, this.#abort.signal);
    }
  }

  /** At most one line per publication, whatever the number of settings. */
  #skipped(skipped: readonly Skipped[]): void {
    const [first] = skipped as readonly [Skipped, ...Skipped[]];
    const others = skipped.slice(1, 10).map(({ key }) => `"${key.slice(0, 60)}"`);
    const further =
      others.length === 0 ? "" : ` Others, ${skipped.length - 1} in all, are skipped too: ${others.join(", ")}.`;
    this.#lifecycle.note(new ConfigStreamError(first.error.code, `${first.error.message}${further}`));
    this.#ports.log("warn", `${first.error.message}${further}`);
  }

  async #reopen(): Promise<void> {
    const { clock, log } = this.#ports;
    const { floorMs } = this.#params.backoff;
    const message =
      "The core agent names sources in its updates that do not win, as versions before 0.85 do. " +
      `Where that leaves open what a setting is, the stream is opened anew for a snapshot, at most once in ${duration(this.#reopenings.intervalMs)}.`;
    log(this.#reopenings.happened() ? "info" : "debug", message);
    this.#lifecycle.reopens(clock.now() + floorMs);
    await sleep(clock, floorMs, this.#abort.signal);
  }

  /** For the log: which attempt failed, at what, and when the next one follows. */
  #whereabouts(step: StartupStep, error: ConfigStreamError, attempt: number, delayMs: number): string {
    const status = error instanceof GrpcCallError ? `, gRPC status ${grpcCodeName(error.grpcCode)}` : "";
    return (
      `(Core agent ${this.#params.coreAgentAddress}, step "${step === "done" ? "live stream" : step}", ` +
      `code ${error.code}${status}, attempt ${attempt}, next ${delayMs === 0 ? "at once" : `in ${duration(delayMs)}`}.)`
    );
  }

  async #attempt(): Promise<AttemptEnd> {
    const { signal } = this.#abort;
    let connection: Connection | undefined;
    try {
      this.#lifecycle.reached("credentials");
      const credentials = await this.#readCredentials();
      const { providers, transport } = this.#ports;
      if (providers !== undefined) this.#sessions.reachableAt(await unlessAborted(providers.open(credentials), signal));
      connection = transport.connect(credentials);
      if (!this.#sessions.ready) this.#lifecycle.reached("registration");
      const session = await this.#sessions.obtain(connection, signal);
      providers?.answerAs(session.id);
      this.#lifecycle.session(session.sinceMs);
      this.#lifecycle.reached("connection");
      return await this.#holdStream(connection, session);
    } catch (thrown) {
      signal.throwIfAborted();
      return { error: ConfigStreamError.from(thrown), rejected: false, liveMs: 0 };
    } finally {
      connection?.close();
    }
  }

  /** Reads the credentials, and waits for them as long as the parameters say: the core agent may only just be starting. */
  async #readCredentials(): Promise<Credentials> {
    const { clock, credentials } = this.#ports;
    const { credentialsTimeoutMs, credentialsPollMs } = this.#params;
    const { signal } = this.#abort;
    const giveUpAtMs = clock.monotonic() + credentialsTimeoutMs;
    for (;;) {
      try {
        return await unlessAborted(credentials.read(), signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const error = ConfigStreamError.from(thrown, "credentials");
        if (clock.monotonic() + credentialsPollMs > giveUpAtMs) {
          throw new ConfigStreamError(
            "credentials",
            `Waited ${credentialsTimeoutMs} ms for usable credentials. ${error.message}`,
            {
              details: { ...error.details, reason: error.message, step: "credentials", waitedMs: credentialsTimeoutMs },
            },
          );
        }
        this.#lifecycle.problem(error);
        const attempt = this.#lifecycle.status.attempt + 1;
        this.#outage.failure(`${error.message} ${this.#whereabouts("credentials", error, attempt, credentialsPollMs)}`);
      }
      await sleep(clock, credentialsPollMs, signal);
    }
  }

  /** Opens the stream and resolves when it is over for any reason; rejects only when the engine is stopped. */
  #holdStream(connection: Connection, session: Session): Promise<AttemptEnd> {
    const { clock, status } = this.#ports;
    const { clientName, resyncTimeoutMs, settleMs } = this.#params;
    const { signal } = this.#abort;
    return new Promise((resolve, reject) => {
      let liveSinceMs: number | undefined;
      let stream: ConfigStream | undefined;
      let refreshes: { stop(): void } | undefined;
      let over = false;

      const release = (): void => {
        over = true;
        signal.removeEventListener("abort", onAbort);
        refreshes?.stop();
        stream?.close();
      };
      const onAbort = (): void => {
        release();
        reject(signal.reason);
      };
      const finish = (error: ConfigStreamError, rejected: boolean): void => {
        if (over) return;
        release();
        if (rejected) {
          this.#sessions.invalidate();
          if (this.#sessions.renewable) this.#lifecycle.session(undefined);
        }
        resolve({ error, rejected, liveMs: liveSinceMs === undefined ? 0 : clock.monotonic() - liveSinceMs });
      };

      const reopen = (): void => {
        if (over) return;
        release();
        resolve("wants a snapshot");
      };

      signal.addEventListener("abort", onAbort, { once: true });
      try {
        stream = new ConfigStream(
          connection,
          { clientName, sessionId: session.id },
          {
            clock,
            status,
            resyncTimeoutMs,
            settleMs,
            reopensInMs: () => this.#reopenings.dueInMs(),
            defer: this.#defer,
            applier: this.#applier,
            observer: {
              onConnected: () => this.#lifecycle.reached("first snapshot"),
              onPublished: () => {
                if (liveSinceMs === undefined) {
                  liveSinceMs = clock.monotonic();
                  this.#lifecycle.live();
                } else {
                  this.#lifecycle.flows();
                }
                this.#outage.recovered();
              },
              onRefused: (error) => {
                this.#lifecycle.problem(error);
                this.#outage.failure(error.message);
              },
              onSkipped: (skipped) => this.#skipped(skipped),
              onOver: (end) =>
                end.kind === "over" ? finish(streamError(end.error), isSessionRejection(end.error)) : reopen(),
            },
          },
        );
      } catch (thrown) {
        return finish(ConfigStreamError.from(thrown), false);
      }
      if (over) return;
      refreshes = this.#sessions.keepAlive(connection, ({ reason, error }) => {
        finish(reason === "rejected" ? streamError(error) : unanswered(error), reason === "rejected");
      });
    });
  }
}

function isSessionRejection(error: Error | undefined): boolean {
  const code = (error as Partial<TransportError> | undefined)?.grpcCode;
  return code !== undefined && isRejection(code);
}

function streamError(error: Error | undefined): ConfigStreamError {
  if (error === undefined) return new ConfigStreamError("stream", "The core agent ended the stream.");
  return ConfigStreamError.from(error, "stream");
}

function unanswered(error: Error): ConfigStreamError {
  const message = `Two session refreshes in a row got no answer, so the connection counts as dead. ${error.message}`;
  return new ConfigStreamError("unavailable", message);
}
