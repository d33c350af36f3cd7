/** What the threads of a storm share beside the region: a few words, and what a value looks like. */
export const STOP = 0;
/** Number of the newest publish that a writer has begun to prepare; over all writers. */
export const NUMBER = 1;
/** Publishes made. */
export const PUBLISHES = 2;
/** First of the readers' words: reads made, in units of {@link READS_PER_UNIT}. */
export const READS = 8;
export const READS_PER_UNIT = 1024;

/**
 * Keys that every publish sets, so that all of them hold one number: values that are objects, and texts and numbers for the
 * getters of hot loops. Then keys that publishes set now and then.
 */
export const groupKeys = Array.from({ length: 6 }, (_, i) => `group.${i}`);
export const textKeys = Array.from({ length: 3 }, (_, i) => `group.text.${i}`);
export const countKeys = Array.from({ length: 3 }, (_, i) => `group.count.${i}`);
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

/** A value as text, and back. */
export function toText({ key, number, pad, sum }) {
  return `${key}|${number}|${sum}|${pad}`;
}

export function fromText(text) {
  const [key, number, sum, pad] = text.split("|");
  return { key, number: Number(number), sum: Number(sum), pad };
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
