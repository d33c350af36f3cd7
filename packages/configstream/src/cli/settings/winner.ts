/** What a key resolves to, as commands that write say it: credentials are masked. Pure. */
import type { Effective } from "../agent/control-protocol.js";
import { formatValue } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import { type Style, styleOfSource } from "../terminal/style.js";
import { maskSetting } from "./mask.js";

/** Value and source in words. */
export function winnerText(key: string, effective: Effective | null, style: Style): string {
  if (effective === null) return "gone";
  return `${valueText(key, effective)} (${style(styleOfSource(effective.source), printable(effective.source))})`;
}

/** The value alone; "(none)" without one. */
export function valueText(key: string, effective: Effective | null): string {
  return formatValue(maskedWinner(key, effective)?.value);
}

export function maskedWinner(key: string, effective: Effective | null): Effective | null {
  return effective === null ? null : { ...effective, value: maskSetting(key, effective.value, false) ?? null };
}
