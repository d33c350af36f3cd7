/** Whether all settings are there that an application cannot do without. */
import { readHeld } from "../../memory/held.js";
import { KeyReader } from "../../memory/reader/key-reader.js";
import type { Region } from "../../memory/region.js";
import { ConfigStreamError } from "../../shared/errors.js";

interface Needs {
  readonly region: Region;
  readonly required?: readonly string[] | undefined;
}

/** Most keys that the sentence names; `details` has all of them. */
const mostNamed = 100;

/** Throws one `required_settings` error that names every key that is missing and every one that is held without a good value. */
export function checkRequired({ region, required = [] }: Needs): void {
  if (required.length === 0) return;
  const keys = new KeyReader(region);
  const absent = new Set(required.filter((key) => keys.entry(key).state.value === undefined));
  if (absent.size === 0) return;
  const held = readHeld(region).filter(({ key }) => absent.has(key));
  for (const { key } of held) absent.delete(key);
  const missing = [...absent];
  const parts = [
    missing.length > 0 ? `missing: ${listed(missing.map((key) => `"${key}"`))}` : "",
    held.length > 0 ? `held without a good value: ${listed(held.map(({ key, rule }) => `"${key}" (${rule})`))}` : "",
  ];
  const what = `Required settings are not there: ${parts.filter((part) => part !== "").join("; ")}.`;
  const advice = "Set them for the core agent; waitReady({ required: false }) goes on without them.";
  throw new ConfigStreamError("required_settings", `${what} ${advice}`, {
    details: { what, advice, missing, held, keepsTrying: true },
  });
}

function listed(names: readonly string[]): string {
  const others = names.length > mostNamed ? `, and ${names.length - mostNamed} more` : "";
  return names.slice(0, mostNamed).join(", ") + others;
}
