// Settings to measure with: the real agent's and synthetic ones, in any number.
import { readFileSync } from "node:fs";

const fixture = new URL("../../packages/configstream/data/agent-settings.json", import.meta.url);

/** The real agent's settings as { key, type, value }. */
export function realSettings() {
  return JSON.parse(readFileSync(fixture, "utf8")).settings.map(({ key, type, default: value }) => ({
    key,
    type,
    value,
  }));
}

/** `count` settings as { key, value }; the real agent's first, then synthetic ones of the same shape. */
export function makeSettings(count) {
  const real = realSettings().map(({ key, value }) => ({ key, value }));
  if (count === undefined) return real;
  const settings = real.slice(0, count);
  for (let i = settings.length; i < count; i++) {
    const { key, value } = real[i % real.length];
    settings.push({ key: `instance_${Math.floor(i / real.length)}.${key}`, value });
  }
  return settings;
}

/** `count` settings with integer values, for loops that sum them up. */
export function makeIntSettings(count) {
  return makeSettings(count).map(({ key }, i) => ({ key, value: (i * 7_919) % 100_003 }));
}

/** Settings as a writer takes them. */
export function asChanges(settings) {
  return settings.map(({ key, value }) => ({
    key,
    setting: { value, source: "default", layers: undefined },
    oldValue: undefined,
    valueChanged: true,
  }));
}

/** A repeatable shuffle, so that rotating keys do not follow the order of insertion. */
export function shuffled(items) {
  const result = [...items];
  let seed = 12_345;
  for (let i = result.length - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    const j = seed % (i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
