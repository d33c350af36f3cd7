/** What hosts serve, and how it differs. Pure. */
import { type ConfigValue, equalValues } from "configstream-consumer/internal";
import { maskSetting } from "../settings/mask.js";
import { formatValue } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import { type Style, styleOfSource } from "../terminal/style.js";

/** The value that wins, and the layer that it comes from. */
export interface Served {
  readonly value: ConfigValue;
  readonly source: string;
}

/** All settings of a host, by key. */
export type Serving = ReadonlyMap<string, Served>;

/** A key of which two hosts have different values. `null`: one of them does not have it. */
export interface ServedDifference {
  readonly key: string;
  readonly before: Served | null;
  readonly after: Served | null;
}

/** In the order of the keys. Where a value comes from makes no difference by itself. */
export function servedDifferences(before: Serving, after: Serving): readonly ServedDifference[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys
    .map((key) => ({ key, before: before.get(key) ?? null, after: after.get(key) ?? null }))
    .filter(({ before: old, after: next }) => old === null || next === null || !equalValues(old.value, next.value));
}

/** As it may be shown. */
export function maskedServed({ key, before, after }: ServedDifference, show: boolean): ServedDifference {
  const masked = (served: Served | null): Served | null =>
    served && { ...served, value: maskSetting(key, served.value, show) ?? null };
  return { key, before: masked(before), after: masked(after) };
}

export function servedLine(difference: ServedDifference, style: Style, show: boolean): string {
  const { key, before, after } = maskedServed(difference, show);
  const text = (served: Served | null): string => {
    if (served === null) return formatValue(undefined);
    return `${formatValue(served.value)} (${style(styleOfSource(served.source), printable(served.source))})`;
  };
  return `${style("bold", printable(key))}: ${text(before)} → ${text(after)}\n`;
}
