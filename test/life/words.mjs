// What the threads of these runs share beside the region: the words of a probe, and values that prove themselves.

/** Words of the probe that observes the worker and gives it commands. */
export const probe = {
  /** What the worker is to do; it takes the word back to 0 when it begins. See {@link commands}. */
  command: 0,
  /** Writes to shared memory until the worker exits in the middle; negative: it does not; 0: they are not counted. */
  writesLeft: 1,
  /** How often that has happened. */
  strikes: 8,
  /** Workers that were started. */
  lives: 2,
  /** Heap of the worker in KiB: now, and the most since {@link resetPeaks}. */
  heap: 3,
  peakHeap: 4,
  /** Memory of the whole process in KiB, as the worker sees it: also while the main thread is blocked. */
  rss: 5,
  peakRss: 6,
  /** Longest time for which the worker's event loop did not turn, in ms. */
  longestTurn: 7,
  words: 16,
};

export const commands = {
  none: 0,
  loop: 1,
  wait: 2,
  native: 3,
  exit: 4,
  throw: 5,
  reject: 6,
  fillMemory: 7,
  collect: 8,
};

export function newProbe() {
  return new Int32Array(new SharedArrayBuffer(4 * probe.words));
}

export function resetPeaks(words) {
  for (const word of [probe.peakHeap, probe.peakRss, probe.longestTurn]) Atomics.store(words, word, 0);
}

/** The worker's entry with the probe; the tests put it into one file, see test/support/vitest/life-probe.ts. */
export const probeEntry = new URL(process.env.LIFE_PROBE ?? "./probe-entry.mjs", import.meta.url);

/** Name under which workers find the probe, and the file that a worker in native code waits for. */
export const probeData = "configstream-probe";
export const releaseFileData = "configstream-release-file";

export const loadKey = (index) => `load.k${index}`;

/** A value that carries its key and a number that only rises. */
export function valueFor(key, number) {
  const pad = "x".repeat((number * 7) % 90);
  return `${key}|${number}|${sumOf(key, number)}|${pad}`;
}

/** The number in a value, or -1 when the value is not exactly what was made for the key. */
export function numberIn(key, value) {
  const number = typeof value === "string" ? Number(value.split("|", 2)[1]) : Number.NaN;
  return Number.isSafeInteger(number) && value === valueFor(key, number) ? number : -1;
}

function sumOf(key, number) {
  let sum = number | 0;
  for (let i = 0; i < key.length; i++) sum = Math.imul(sum ^ key.charCodeAt(i), 16777619);
  return sum >>> 0;
}
