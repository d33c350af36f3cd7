/** What a consumer prints, and how it is compared with what it should. Pure. */
import type { ConfigValue } from "configstream-consumer";
import { lowerCase } from "configstream-consumer/internal";
import { Deviation } from "../deviation.js";
import { section, type Values } from "../scripted/messages.js";

/** The kit's settings at one time, by name below its section. */
export interface State {
  /** As canonical JSON. */
  readonly settings: ReadonlyMap<string, string>;
  /** Sources by name, where the consumer prints them. */
  readonly sources?: ReadonlyMap<string, string> | undefined;
}

/** Names that begin so are sent to do harm; how a consumer has them is its own affair. */
export const ignored = "ignored";

const prefix = `${section}.`;
/** Names of settings in a deviation. */
const mostNamed = 3;
const mostCharacters = 60;

/** The state that a scenario expects. */
export function stateOf(values: Values, sources?: { readonly [name: string]: string }): State {
  return { settings: texts(values), sources: sources === undefined ? undefined : new Map(Object.entries(sources)) };
}

/** Reads a line of the consumer. `undefined`: it has no settings yet. */
export function readState(line: string): State | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    read = undefined;
  }
  if (!isObject(read)) {
    throw new Deviation('lines of JSON on standard output, {"settings": {…}} each', `the line ${shown(line)}`);
  }
  if (read.settings === undefined || read.settings === null) return undefined;
  if (!isObject(read.settings)) throw new Deviation('an object, or null, as "settings"', shown(line));
  const settings = readSettings(ours(read.settings) as Values);
  const { sources } = read;
  if (sources === undefined || sources === null) return { settings };
  if (!isObject(sources) || !Object.values(sources).every((source) => typeof source === "string")) {
    throw new Deviation('an object of texts as "sources"', shown(line));
  }
  return { settings, sources: new Map(Object.entries(ours(sources) as { [name: string]: string })) };
}

function readSettings(values: Values): State["settings"] {
  try {
    return texts(values);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new Deviation("settings as they were sent", "lists or maps in each other, too deep to be compared");
  }
}

/** Whether a printed state is the expected one; sources count where both sides have them. */
export function isState(printed: State, expected: State): boolean {
  return difference(printed, expected) === undefined;
}

/** Where a printed state differs, in words. */
export function difference(
  printed: State,
  expected: State,
): { readonly expected: string; readonly seen: string } | undefined {
  const names = [...new Set([...expected.settings.keys(), ...printed.settings.keys()])].sort();
  const differing = names.filter((name) => printed.settings.get(name) !== expected.settings.get(name));
  if (differing.length > 0) return inWords(differing, expected.settings, printed.settings);
  const { sources: wanted } = expected;
  const { sources: given } = printed;
  if (wanted === undefined || given === undefined) return undefined;
  const others = [...wanted.keys()].filter((name) => wanted.get(name) !== given.get(name));
  if (others.length === 0) return undefined;
  const { expected: from, seen } = inWords(others, wanted, given);
  return { expected: `the sources ${from}`, seen };
}

function inWords(
  names: readonly string[],
  wanted: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, string>,
): { readonly expected: string; readonly seen: string } {
  const list = (values: ReadonlyMap<string, string>) => {
    const parts = names.slice(0, mostNamed).map((name) => {
      const text = values.get(name);
      return text === undefined ? `no ${prefix}${name}` : `${prefix}${name} = ${shown(text)}`;
    });
    return parts.join(", ");
  };
  const more = names.length > mostNamed ? ` (${names.length} settings differ)` : "";
  return { expected: list(wanted), seen: `${list(given)}${more}` };
}

/** What is the kit's, with names in lower case. */
function ours(all: { readonly [key: string]: unknown }): { readonly [name: string]: unknown } {
  const entries = Object.entries(all).map(([key, value]) => [lowerCase(key), value] as const);
  const mine = entries.filter(([key]) => key.startsWith(prefix) && !key.startsWith(`${prefix}${ignored}`));
  const named = new Map(mine.map(([key, value]) => [key.slice(prefix.length), value]));
  if (named.size < mine.length) {
    throw new Deviation(
      "each key once, whatever the case of its letters",
      `${mine.length} keys of ${named.size} settings`,
    );
  }
  return Object.fromEntries(named);
}

function texts(values: Values): ReadonlyMap<string, string> {
  return new Map(Object.entries(values).map(([name, value]) => [name, canonical(value)]));
}

/** JSON with the names of objects in order, so that equal values are equal texts. */
export function canonical(value: ConfigValue): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

function shown(text: string): string {
  return text.length <= mostCharacters
    ? text
    : `${text.slice(0, mostCharacters)}… (${text.length.toLocaleString("en-US")} characters)`;
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
