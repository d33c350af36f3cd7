/** Values, times and counts as people read them. Pure. */
import type { ConfigValue } from "configstream-consumer/internal";
import { jsonText } from "./printable.js";

/** A value on one line, as JSON; `(none)` when there is none. */
export function formatValue(value: ConfigValue | undefined): string {
  return value === undefined ? "(none)" : jsonText(value);
}

/** A length of time: `0.84 ms`, `12.3 ms`, `850 ms`, `1.25 s`, `3 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 9.995) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 59_995) return `${(ms / 1_000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A running time as a clock shows it: `0:07`, `61:40`. */
export function formatElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** An age in one unit, for narrow columns: `now`, `7 s`, `3 min`, `2 h`, `4 d`. */
export function formatAge(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** A whole number with thousands separated: `2,071`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** A large number in short: `187 million`, `2.4 million`, `950,000`. */
export function formatMillions(count: number): string {
  if (count < 1e6) return formatCount(count);
  const millions = count / 1e6;
  return `${millions < 10 ? millions.toFixed(1) : formatCount(millions)} million`;
}

/** A size: `512 B`, `64 KiB`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const kib = bytes / 1_024;
  if (kib < 1_024) return `${kib.toFixed(0)} KiB`;
  return `${(kib / 1_024).toFixed(1)} MiB`;
}

/** `1 change`, `2 changes`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The middle and the largest of some numbers; `undefined` of none. */
export function medianAndMax(numbers: readonly number[]): { median: number; max: number } | undefined {
  if (numbers.length === 0) return undefined;
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
  return { median, max: sorted.at(-1) as number };
}
