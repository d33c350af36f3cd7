/** What the threads of a storm share beside the region: a few words, and what a value looks like. */
export const STOP = 0;
/** Number of the newest publish that a writer has begun to prepare; over all writers. */
export const NUMBER = 1;
/** Publishes made. */
export const PUBLISHES = 2;
/** First of the readers' words: reads made, in units of {@link READS_PER_UNIT}. */
export const READS = 8;
export const READS_PER_UNIT = 1024;

/** Keys that every publish sets, so that all of them hold one number; then keys that publishes set now and then. */
export const groupKeys = Array.from({ length: 6 }, (_, i) => `group.${i}`);
export const looseKeys = Array.from({ length: 40 }, (_, i) => `loose.${i}`);

export function valueFor(key, number, length) {
  return { key, number, pad: "p".repeat(length), sum: sumOf(key, number, length) };
}

/** Own checksum of a value, apart from the one that the region keeps. */
export function sumOf(key, number, length) {
  let sum = (number * 2654435761) ^ length;
  for (let i = 0; i < key.length; i++) sum = Math.imul(sum ^ key.charCodeAt(i), 16777619);
  return sum | 0;
}

export function isWhole(key, value) {
  return (
    value !== null &&
    typeof value === "object" &&
    value.key === key &&
    typeof value.pad === "string" &&
    value.sum === sumOf(key, value.number, value.pad.length)
  );
}
