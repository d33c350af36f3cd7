// Vitest's fake timers, as far as tests use them.

const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, Date: Time } = globalThis;
const real = { setTimeout, clearTimeout, setInterval, clearInterval, Date: Time };
const monotonic = performance.now;
const { bigint } = process.hrtime;

let now = 0;
let made = 0;
/** By its number: when it is due, and what it does. */
let due = new Map();

export function useFakeTimers() {
  now = Time.now();
  due = new Map();
  const start = now;
  const set = (everyMs, run, ms = 0, ...given) => {
    const id = ++made;
    due.set(id, { at: now + Math.max(1, ms), everyMs: everyMs(ms), run: () => run(...given) });
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => true, [Symbol.toPrimitive]: () => id };
    return timer;
  };
  const clear = (timer) => timer !== undefined && due.delete(Number(timer));
  globalThis.setTimeout = (...given) => set(() => undefined, ...given);
  globalThis.setInterval = (...given) => set((ms) => Math.max(1, ms ?? 0), ...given);
  globalThis.clearTimeout = clear;
  globalThis.clearInterval = clear;
  globalThis.Date = class extends Time {
    constructor(...given) {
      super(...(given.length === 0 ? [now] : given));
    }
    static now = () => now;
  };
  performance.now = () => now - start;
  process.hrtime.bigint = () => BigInt(now) * 1_000_000n;
}

export function useRealTimers() {
  Object.assign(globalThis, real);
  performance.now = monotonic;
  process.hrtime.bigint = bigint;
}

export const getTimerCount = () => due.size;

export function advanceTimersByTime(ms) {
  const end = now + ms;
  while (runNext(end));
  now = end;
}

export async function advanceTimersByTimeAsync(ms) {
  const end = now + ms;
  do await turn();
  while (runNext(end));
  now = end;
  await turn();
}

export async function runAllTimersAsync() {
  do await turn();
  while (runNext(Number.POSITIVE_INFINITY));
}

/** Runs the first timer that is due until then; false when none is. */
function runNext(until) {
  const [id, first] = [...due].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
  if (first === undefined || first.at > until) return false;
  now = first.at;
  if (first.everyMs === undefined) due.delete(id);
  else first.at += first.everyMs;
  first.run();
  return true;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
