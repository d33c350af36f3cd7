/** Bounded waiting: each step of the demo ends, well or with a sentence. */
import { CommandFailure } from "../exit.js";

/** The promise's outcome, or a failure after `ms`, or the signal's reason. */
export async function within<T>(promise: Promise<T>, ms: number, signal: AbortSignal, onTimeout: string): Promise<T> {
  let release = (): void => {};
  const limit = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(new CommandFailure(`${onTimeout} (waited ${ms} ms).`)), ms);
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    release = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    release();
  }
}
