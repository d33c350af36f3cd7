/** The life of a thread that can end at any of its steps, and stand still. */
import type { Clock, Timer } from "../../../src/shared/clock.js";

/** Thrown where a thread ends: nothing of it runs after that. */
export class ThreadEnded extends Error {
  override readonly name = "ThreadEnded";
}

export class Life {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();
  /** What would have run while the thread stood still. */
  #waiting: (() => void)[] | undefined;
  #stepsLeft = Number.POSITIVE_INFINITY;
  #ended = false;
  /** Called once, when the thread has ended. */
  onEnd: () => void = () => {};
  /** Called at each step, as another thread would be that runs beside this one. */
  onStep: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The thread's time: its timers end with it, and wait while it stands still. */
  readonly clock: Clock = {
    now: () => this.#clock.now(),
    monotonic: () => this.#clock.monotonic(),
    setTimer: (delayMs, callback) => {
      if (this.#ended) return { cancel() {} };
      const timer = this.#clock.setTimer(delayMs, () => {
        this.#timers.delete(handle);
        this.run(() => {
          if (!cancelled) callback();
        });
      });
      let cancelled = false;
      const handle = {
        cancel: () => {
          cancelled = true;
          this.#timers.delete(handle);
          timer.cancel();
        },
      };
      this.#timers.add(handle);
      return handle;
    },
  };

  /** Runs something in this thread, now or when it goes on. */
  run(work: () => void): void {
    if (this.#ended) return;
    if (this.#waiting !== undefined) {
      this.#waiting.push(work);
      return;
    }
    try {
      work();
    } catch (thrown) {
      if (!(thrown instanceof ThreadEnded)) throw thrown;
    }
  }

  /**
   * A step of its work: a store to shared memory. Throws where the thread ends. False when it has ended before: what promises still
   * call then has no effect.
   */
  step(): boolean {
    if (this.#ended) return false;
    if (--this.#stepsLeft < 0) {
      this.end();
      throw new ThreadEnded();
    }
    this.onStep();
    return true;
  }

  /** It ends before the step after next `steps` ones. */
  endAfter(steps: number): void {
    this.#stepsLeft = steps;
  }

  spare(): void {
    this.#stepsLeft = Number.POSITIVE_INFINITY;
  }

  freeze(): void {
    this.#waiting ??= [];
  }

  thaw(): void {
    const work = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const each of work) this.run(each);
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  get frozen(): boolean {
    return this.#waiting !== undefined;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting = undefined;
    for (const timer of [...this.#timers]) timer.cancel();
    this.onEnd();
  }
}
