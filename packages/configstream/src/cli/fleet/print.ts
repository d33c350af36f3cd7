/** Prints changes of settings. */
import type { ConfigValue } from "configstream-consumer";
import type { Io } from "../io.js";
import { maskSetting } from "../settings/mask.js";
import { formatValue } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";

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
