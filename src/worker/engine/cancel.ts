/** Waiting that ends when the engine is stopped, and leaves neither a timer nor a listener behind. */
import type { Clock } from "../../shared/clock.js";
import { ConsumerStoppedError } from "../../shared/errors.js";

/** Resolves after `delayMs`; rejects with {@link ConsumerStoppedError} as soon as `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new ConsumerStoppedError());
    const onAbort = (): void => {
      timer.cancel();
      reject(new ConsumerStoppedError());
    };
    const timer = clock.setTimer(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Settles as `promise` does, or rejects with {@link ConsumerStoppedError} as soon as `signal` is aborted. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new ConsumerStoppedError());
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Rejects with an error of `late()` when `promise` has not settled after `limitMs`, and when `signal` is aborted. */
export async function within<T>(
  promise: Promise<T>,
  wait: { clock: Clock; limitMs: number; signal: AbortSignal; late: () => Error },
): Promise<T> {
  let timer: { cancel(): void } | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = wait.clock.setTimer(wait.limitMs, () => reject(wait.late()));
  });
  try {
    return await unlessAborted(Promise.race([promise, timeout]), wait.signal);
  } finally {
    timer?.cancel();
  }
}
