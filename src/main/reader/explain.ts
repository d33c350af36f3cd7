/** Why a key reads as it does, in fields and a sentence for people. */
import { readHeld } from "../../memory/held.js";
import type { LowerLayers } from "../../memory/layout.js";
import { type KeyState, layersOf, Reading } from "../../memory/reader/entry.js";
import type { KeyReader } from "../../memory/reader/key-reader.js";
import type { Mirror } from "../../memory/reader/mirror.js";
import { StateReader } from "../../memory/reader/state-reader.js";
import type { HeldSetting } from "../../shared/held-setting.js";
import { didYouMean, suggest } from "../../shared/options/suggest.js";
import { kindOf } from "../../shared/values/kind.js";
import type { Explanation } from "./api.js";
import {
  boolOf,
  durationOf,
  float64SliceOf,
  floatOf,
  int32Of,
  intOf,
  isSetIn,
  sizeOf,
  stringMapOf,
  stringMapStringOf,
  stringMapStringSliceOf,
  stringOf,
  stringSliceOf,
} from "./conversions.js";

/** Every getter that converts, with what it converts into. */
const conversions: readonly (readonly [getter: string, convert: (reading: Reading) => unknown])[] = [
  ["getString", stringOf],
  ["getBool", boolOf],
  ["getInt", intOf],
  ["getInt32", int32Of],
  ["getInt64", intOf],
  ["getFloat64", floatOf],
  ["getDuration", durationOf],
  ["getSizeInBytes", sizeOf],
  ["getStringSlice", stringSliceOf],
  ["getFloat64Slice", float64SliceOf],
  ["getStringMap", (reading) => stringMapOf(reading, undefined)],
  ["getStringMapString", (reading) => stringMapStringOf(reading, undefined)],
  ["getStringMapStringSlice", (reading) => stringMapStringSliceOf(reading, undefined)],
];

/** Looks at one key; of a missing one at all keys, so that a slip of the keyboard is told from a setting that is not there. */
export function explain(keys: KeyReader, mirror: Mirror, name: string): Explanation {
  const entry = keys.entry(name);
  const { key, state } = entry;
  // A section has a value, and neither a source nor layers of its own.
  const { value, sequenceId } = keys.wholeReading(name).state;
  const layers = layersOf(state);
  const reason =
    state.value === undefined
      ? whyMissing(keys, mirror, key)
      : whyPresent(key, state, layers.length) + whyUnreadable(state, entry.unreadableAs);
  const held = readHeld(keys.region).find((each) => each.key === key);
  return {
    key,
    held,
    isSet: isSetIn(entry, keys.section(key)),
    value,
    source: state.source,
    layers,
    lowerLayers: knownOfLower(keys.meta()?.lowerLayers, layers.length),
    sequenceId,
    unreadableBy: unreadableBy(state),
    reason: held === undefined ? reason : `${reason} ${whyHeld(held, state.value !== undefined)}`,
  };
}

function knownOfLower(level: LowerLayers | undefined, layers: number): Explanation["lowerLayers"] {
  if (level === "all") return "known";
  return level === "once" || layers > 1 ? "possibly old" : "unknown";
}

function whyPresent(key: string, { source }: KeyState, layers: number): string {
  const others = layers > 1 ? `, above ${layers - 1} other layer${layers > 2 ? "s" : ""}` : "";
  return `"${key}" comes from source "${source}"${others}.`;
}

function whyHeld({ kind, source, sequenceId, rule }: HeldSetting, isThere: boolean): string {
  const what = kind === undefined || kind === "nothing" ? "What is newer" : `A newer ${kind} from source "${source}"`;
  const instead = isThere ? "so that the last good value stays" : "and there is no good one";
  return `${what}, of sequence id ${sequenceId}, is held, ${instead}: it ${rule}.`;
}

function whyUnreadable({ value, source }: KeyState, asked: readonly string[] | undefined): string {
  if (asked === undefined) return "";
  return (
    ` It was asked for as ${asked.join(" and ")}, and the ${kindOf(value)} that "${source}" holds cannot be converted into that, ` +
    "so that the default is given."
  );
}

function whyMissing(keys: KeyReader, mirror: Mirror, key: string): string {
  if (keys.meta() === undefined) return `"${key}" is missing: no snapshot has arrived yet.`;
  const section = keys.section(key);
  if (section !== undefined) {
    const { length } = section.readings;
    return `"${key}" is a section with ${length} setting${length === 1 ? "" : "s"} below it.`;
  }
  const state = mirror.state();
  const known = state === undefined ? [] : new StateReader(state).keys();
  return `"${key}" is missing: no source of the core agent holds it.${didYouMean(suggest(key, known))}`;
}

/** Getters that give their default although the key has a value. */
function unreadableBy(state: KeyState): readonly string[] {
  if (state.value === undefined || state.value === null) return Object.freeze([]);
  // A reading of its own: an explanation is no failed read, so it leaves no trace.
  const reading = new Reading();
  reading.update(state);
  return Object.freeze(conversions.filter(([, convert]) => convert(reading) === undefined).map(([getter]) => getter));
}
