/** A story in plain lines. */
import type { Happening, Story } from "./story.js";

export function tell({ seed, setup, events }: Story): string {
  let atMs = 0;
  const lines = events.map(({ afterMs, what }) => {
    atMs += afterMs;
    return `  ${(atMs / 1_000).toFixed(3).padStart(9)} s  ${line(what)}`;
  });
  return [`seed ${seed}: ${details(setup)}`, ...lines].join("\n");
}

function line({ kind, ...rest }: Happening): string {
  const more = details(rest);
  return more === "" ? kind : `${kind}: ${more}`;
}

function details(facts: object): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
