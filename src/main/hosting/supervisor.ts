/** Keeps an engine running: starts another one, after a back-off, when the current one has died. */
import { type Backoff, createBackoff } from "../../shared/backoff.js";
import type { Clock, Timer } from "../../shared/clock.js";
import { ConfigStreamError, ConsumerStoppedError } from "../../shared/errors.js";
import type { HostMessage } from "../../shared/messages.js";
import type { EngineParams } from "../../shared/params.js";
import type { EngineHost } from "./engine-host.js";
import { Watchdog } from "./watchdog.js";

export interface SupervisorPorts {
  /** Its timers must not keep the process alive. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly backoff: EngineParams["backoff"];
  /** How long an engine's heartbeat may stand still, in ms; `Infinity`: forever. */
  readonly workerTimeoutMs: number;
  readonly heartbeat: () => number;
  /** Starts an engine. Called again for each restart, which no caller waits for. */
  readonly spawn: (isRestart: boolean) => EngineHost;
  /** No thread of any engine is left, so what they wrote may be used again. Called before {@link onDied}. */
  readonly onAllGone: () => void;
  /** An engine has died. */
  readonly onDied: (death: EngineDeath) => void;
  /** An engine is started in place of one that died. */
  readonly onRestart: () => void;
}

export interface EngineDeath {
  readonly error: ConfigStreamError;
  /** Milliseconds since the epoch; `undefined` when no other engine will follow. */
  readonly nextAttemptAtMs: number | undefined;
}

export class Supervisor {
  readonly #ports: SupervisorPorts;
  readonly #watchdog: Watchdog;
  #host: EngineHost | undefined;
  /** Engines whose thread would not end. */
  #givenUp: readonly EngineHost[] = [];
  #starting: Promise<void> | undefined;
  #retry: Timer | undefined;
  #backoff: Backoff;
  #stopping: Promise<void> | undefined;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
    this.#backoff = createBackoff(ports.backoff);
    this.#watchdog = new Watchdog({ ...ports, timeoutMs: ports.workerTimeoutMs });
  }

  /**
   * Starts the first engine at once, and resolves when it is up. Rejects when it cannot be started; then it may be called
   * again. A second call gives the same promise.
   */
  start(): Promise<void> {
    if (this.#starting === undefined) {
      this.#starting = this.#startFirst();
      // Not before it is kept: that no thread can be made is known at once.
      this.#starting.catch(() => {
        if (this.#stopping === undefined) this.#starting = undefined;
      });
    }
    return this.#starting;
  }

  /** Sends to the engine that runs; false when none does. */
  post(message: HostMessage): boolean {
    this.#host?.post(message);
    return this.#host !== undefined;
  }

  /** Ends the engine and starts no other. Idempotent. */
  stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs);
    return this.#stopping;
  }

  async #startFirst(): Promise<void> {
    try {
      const host = this.#spawn(false);
      await host.up;
      this.#watch(host);
    } catch (thrown) {
      this.#forget();
      if (this.#stopping !== undefined) throw new ConsumerStoppedError("The consumer was stopped while it started.");
      const error = ConfigStreamError.from(thrown, "worker_died");
      this.#died({ error, nextAttemptAtMs: undefined });
      throw error;
    }
  }

  #spawn(isRestart: boolean): EngineHost {
    const host = this.#ports.spawn(isRestart);
    this.#host = host;
    const { workerTimeoutMs } = this.#ports;
    this.#watchdog.start(() => {
      host.kill(`it was stuck for ${workerTimeoutMs / 1_000} s (option "workerTimeoutMs"), and was ended by force.`);
    });
    return host;
  }

  #forget(): void {
    this.#watchdog.stop();
    if (this.#host !== undefined) this.#givenUp = [...this.#givenUp, this.#host];
    this.#host = undefined;
  }

  #died(death: EngineDeath): void {
    this.#givenUp = this.#givenUp.filter((host) => !host.isGone);
    // A thread that was given up runs no more code, but that is not proof enough to use its memory again.
    if (this.#givenUp.length === 0) this.#ports.onAllGone();
    this.#ports.onDied(death);
  }

  #watch(host: EngineHost): void {
    const { clock } = this.#ports;
    const bornAt = clock.monotonic();
    void host.ended.then((error) => {
      if (this.#stopping !== undefined) return;
      this.#forget();
      this.#backoff = this.#backoff.afterLive(clock.monotonic() - bornAt);
      this.#scheduleRestart(error);
    });
  }

  #scheduleRestart(error: ConfigStreamError): void {
    const { clock } = this.#ports;
    const { delayMs, next } = this.#backoff.next(this.#ports.random());
    this.#backoff = next;
    this.#died({ error, nextAttemptAtMs: clock.now() + delayMs });
    this.#retry = clock.setTimer(delayMs, () => this.#restart());
  }

  #restart(): void {
    this.#ports.onRestart();
    try {
      this.#watch(this.#spawn(true));
    } catch (thrown) {
      // Threads may be scarce only for now.
      this.#scheduleRestart(ConfigStreamError.from(thrown, "worker_died"));
    }
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#retry?.cancel();
    this.#watchdog.stop();
    await this.#host?.stop(deadlineMs);
    this.#host = undefined;
  }
}
