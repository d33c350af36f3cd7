/** Keeps an engine running: starts another one, after a back-off, when the present one has died. */
import type { Clock, Timer } from "../shared/clock.js";
import { ConfigStreamError, ConsumerStoppedError } from "../shared/errors.js";
import type { HostMessage } from "../shared/messages.js";
import type { EngineParams } from "../shared/params.js";
import type { EngineHost } from "./engine-host.js";

export interface SupervisorPorts {
  /** Its timers must not keep the process alive. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly backoff: EngineParams["backoff"];
  /** Starts an engine. Called again for each restart, which nobody waits for. */
  readonly spawn: (isRestart: boolean) => EngineHost;
  /** An engine has died; nothing writes to the region now. `nextAttemptAtMs` is `undefined` when none will follow. */
  readonly onDied: (error: ConfigStreamError, nextAttemptAtMs: number | undefined) => void;
  /** An engine is started in place of one that died. */
  readonly onRestart: () => void;
}

export class Supervisor {
  readonly #ports: SupervisorPorts;
  #host: EngineHost | undefined;
  #starting: Promise<void> | undefined;
  #retry: Timer | undefined;
  /** Deaths since an engine last lived for `backoff.resetAfterMs`. */
  #deaths = 0;
  #stopping: Promise<void> | undefined;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
  }

  /**
   * Starts the first engine at once, and resolves when it is up. Rejects when it cannot be started; then it may be called
   * again. A second call gives the same promise.
   */
  start(): Promise<void> {
    this.#starting ??= this.#startFirst();
    return this.#starting;
  }

  /** Sends to the engine that runs, if any. */
  post(message: HostMessage): void {
    this.#host?.post(message);
  }

  /** Ends the engine and starts no other. Idempotent. */
  stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs);
    return this.#stopping;
  }

  async #startFirst(): Promise<void> {
    try {
      const host = this.#ports.spawn(false);
      this.#host = host;
      await host.up;
      this.#watch(host);
    } catch (thrown) {
      this.#host = undefined;
      if (this.#stopping !== undefined) throw new ConsumerStoppedError("The consumer was stopped while it started.");
      this.#starting = undefined;
      const error = ConfigStreamError.from(thrown, "worker_died");
      this.#ports.onDied(error, undefined);
      throw error;
    }
  }

  #watch(host: EngineHost): void {
    const { clock, backoff } = this.#ports;
    const bornAt = clock.monotonic();
    void host.ended.then((error) => {
      if (this.#stopping !== undefined) return;
      this.#host = undefined;
      if (clock.monotonic() - bornAt >= backoff.resetAfterMs) this.#deaths = 0;
      this.#scheduleRestart(error);
    });
  }

  #scheduleRestart(error: ConfigStreamError): void {
    const { clock, onDied } = this.#ports;
    const delayMs = this.#nextDelayMs();
    onDied(error, clock.now() + delayMs);
    this.#retry = clock.setTimer(delayMs, () => this.#restart());
  }

  #restart(): void {
    this.#ports.onRestart();
    try {
      const host = this.#ports.spawn(true);
      this.#host = host;
      this.#watch(host);
    } catch (thrown) {
      // Threads may be scarce only for now.
      this.#scheduleRestart(ConfigStreamError.from(thrown, "worker_died"));
    }
  }

  /** Full jitter above the floor, as between attempts to connect. */
  #nextDelayMs(): number {
    const { initialMs, maxMs, floorMs, factor } = this.#ports.backoff;
    const bound = Math.max(floorMs, Math.min(maxMs, initialMs * factor ** this.#deaths));
    this.#deaths++;
    return floorMs + this.#ports.random() * (bound - floorMs);
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#retry?.cancel();
    await this.#host?.stop(deadlineMs);
    this.#host = undefined;
  }
}
