/** All settings of one state, in the forms of the Go agent's reader. */

import { nest } from "../../memory/reader/nested.js";
import { isChosen } from "../../memory/reader/section.js";
import type { StoredReading } from "../../memory/reader/stored-reading.js";
import type { ConfigValue } from "../../shared/types.js";
import type { StringMap } from "./schema.js";

/** Every setting, nested. */
export function allSettings(readings: Iterable<StoredReading>): StringMap<ConfigValue> {
  return nested(readings, () => true);
}

/** Settings whose value was chosen, not a default, nested. */
export function allSettingsWithoutDefault(readings: Iterable<StoredReading>): StringMap<ConfigValue> {
  return nested(readings, ({ source }) => isChosen(source));
}

/** What each source says, and under `provided` what would hold without `default` and `secret`; nothing of `secret`. */
export function allSettingsBySource(readings: Iterable<StoredReading>): StringMap<StringMap<ConfigValue>> {
  const provided: [string, ConfigValue][] = [];
  const bySource = new Map<string, [string, ConfigValue][]>();
  for (const reading of readings) {
    const layers = reading.layers.filter(({ source }) => source !== "secret");
    for (const { source, value } of layers) {
      const known = bySource.get(source);
      if (known === undefined) bySource.set(source, [[reading.key, value]]);
      else known.push([reading.key, value]);
    }
    const winner = layers.at(-1);
    if (winner !== undefined && isChosen(winner.source)) provided.push([reading.key, winner.value]);
  }
  bySource.set("provided", provided);
  const entries = [...bySource].map(([source, settings]) => [source, nest(settings)] as const);
  return Object.freeze(Object.fromEntries(entries));
}

/** Every setting by its dotted key. */
export function allFlattened(readings: Iterable<StoredReading>): StringMap<ConfigValue> {
  return Object.freeze(Object.fromEntries(Array.from(readings, ({ key, value }) => [key, value] as const)));
}

function nested(
  readings: Iterable<StoredReading>,
  isWanted: (reading: StoredReading) => boolean,
): StringMap<ConfigValue> {
  const settings: [string, ConfigValue][] = [];
  for (const reading of readings) if (isWanted(reading)) settings.push([reading.key, reading.value]);
  return nest(settings);
}
