/**
 * Notices a worker that is stuck: one whose heartbeat, a word in shared memory, has stood still for too long.
 *
 * Time is counted in this thread's own ticks, and a tick counts once however late it comes. So a thread that was blocked, or a
 * process that was suspended together with its worker, does not take its own absence for the worker's.
 */
import type { Clock, Timer } from "../../shared/clock.js";

/** Ticks without a heartbeat that make a worker stuck. */
const ticksToStuck = 8;

export interface WatchdogPorts {
  /** Its timers must not keep the process alive. */
  readonly clock: Pick<Clock, "setTimer">;
  /** How long the heartbeat may stand still, in ms; `Infinity`: forever. */
  readonly timeoutMs: number;
  readonly heartbeat: () => number;
}

export class Watchdog {
  readonly #ports: WatchdogPorts;
  #timer: Timer | undefined;

  constructor(ports: WatchdogPorts) {
    this.#ports = ports;
  }

  /** Watches one worker, in place of the one before. `onStuck` is called at most once, and then nothing is watched. */
  start(onStuck: () => void): void {
    this.stop();
    const { clock, timeoutMs, heartbeat } = this.#ports;
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    let seen = heartbeat();
    let silentTicks = 0;
    const tick = (): void => {
      const now = heartbeat();
      silentTicks = now === seen ? silentTicks + 1 : 0;
      seen = now;
      if (silentTicks < ticksToStuck) this.#timer = clock.setTimer(timeoutMs / ticksToStuck, tick);
      else onStuck();
    };
    this.#timer = clock.setTimer(timeoutMs / ticksToStuck, tick);
  }

  /** Watches nothing. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
