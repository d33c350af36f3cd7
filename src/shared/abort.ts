/**
 * One listener for each signal, however many wait for it: an application may have one signal for its whole life, and Node.js
 * warns of a leak when more than ten listen to it.
 */
const waiting = new WeakMap<AbortSignal, { readonly calls: Set<() => void>; readonly listener: () => void }>();

/** Calls back once when the signal is aborted, which must not throw. Gives what ends that; harmless when repeated. */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  // An object of its own, so that the same function may wait twice.
  const call = (): void => callback();
  const known = waiting.get(signal);
  if (known === undefined) listen(signal, call);
  else known.calls.add(call);
  return () => {
    const entry = waiting.get(signal);
    if (!entry?.calls.delete(call) || entry.calls.size > 0) return;
    waiting.delete(signal);
    signal.removeEventListener("abort", entry.listener);
  };
}

function listen(signal: AbortSignal, first: () => void): void {
  const calls = new Set([first]);
  const listener = (): void => {
    waiting.delete(signal);
    for (const call of calls) call();
  };
  waiting.set(signal, { calls, listener });
  signal.addEventListener("abort", listener, { once: true });
}
