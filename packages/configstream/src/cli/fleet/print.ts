/** Prints changes of settings. */
import { type ConfigValue, equalValues } from "configstream-consumer/internal";
import type { FleetState } from "../../store/index.js";
import type { Io } from "../io.js";
import { maskSetting } from "../settings/mask.js";
import { formatValue } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";
import type { FleetOptions } from "./session.js";

export interface Difference {
  readonly key: string;
  readonly before?: ConfigValue | undefined;
  readonly after?: ConfigValue | undefined;
}

/** As it may be shown. */
export function maskedDifference({ key, before, after }: Difference, show = false): Difference {
  return { key, before: maskSetting(key, before, show), after: maskSetting(key, after, show) };
}

export function differenceLine(difference: Difference, io: Io, show = false): string {
  const { key, before, after } = maskedDifference(difference, show);
  const style = styleFor(io.out, io.env);
  return `${style("bold", printable(key))}: ${style("dim", formatValue(before))} → ${formatValue(after)}\n`;
}

export function changesBetween(old: FleetState, next: FleetState): readonly Difference[] {
  const keys = [...new Set([...old.values.keys(), ...next.values.keys()])].sort();
  return keys
    .map((key) => ({ key, before: old.values.get(key), after: next.values.get(key) }))
    .filter(({ before, after }) =>
      before === undefined || after === undefined ? before !== after : !equalValues(before, after),
    );
}

export function printChanges(io: Io, options: FleetOptions, changes: readonly Difference[]): void {
  if (options.json) {
    io.out.write(`${jsonText(changes.map((each) => maskedDifference(each, options.showSecrets)))}\n`);
  } else {
    for (const each of changes) io.out.write(differenceLine(each, io, options.showSecrets));
  }
}
