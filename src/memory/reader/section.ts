/** A section: the settings below a name, as they are at one publish. */
import { Reading } from "./entry.js";
import { nest } from "./nested.js";
import type { StoredReading } from "./stored-reading.js";

export class Section {
  /** Readings of the settings below the name, sorted by key; at least one. */
  readonly readings: readonly StoredReading[];
  readonly #from: number;
  #reading: Reading | undefined;

  constructor(name: string, readings: readonly StoredReading[]) {
    this.readings = readings;
    this.#from = name.length + 1;
  }

  /** The section as a value, for the getters of maps; the same object as long as the section is. */
  get reading(): Reading {
    if (this.#reading === undefined) {
      const settings = this.readings.map(({ key, value }) => [key.slice(this.#from), value] as const);
      this.#reading = new Reading();
      this.#reading.update({ value: nest(settings), source: "", sequenceId: this.#newest(), layers: undefined });
    }
    return this.#reading;
  }

  /** Names directly below the name, sorted. */
  names(): readonly string[] {
    return topNames(this.readings.map(({ key }) => key.slice(this.#from)));
  }

  /** Whether the other one is made of the same readings. */
  equals({ readings }: Section): boolean {
    return readings.length === this.readings.length && readings.every((reading, i) => reading === this.readings[i]);
  }

  #newest(): number {
    return this.readings.reduce((newest, reading) => Math.max(newest, reading.decode().state.sequenceId), 0);
  }
}

/** The section below `name` that these readings make; those of keys that do not exist, and others, are left out. */
export function sectionOf(name: string, readings: Iterable<StoredReading | undefined>): Section | undefined {
  const existing: StoredReading[] = [];
  for (const reading of readings) if (reading?.exists) existing.push(reading);
  if (existing.length === 0) return undefined;
  return new Section(name, existing.sort(byKey));
}

/** First parts of dotted keys, each once, sorted. */
export function topNames(keys: readonly string[]): readonly string[] {
  const names = new Set(keys.map((key) => key.split(".", 1)[0] as string));
  return Object.freeze([...names].sort());
}

export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

/** Whether a source means that the value was chosen, not a default. The merged dialect labels whole sections `unknown`. */
export function isChosen(source: string): boolean {
  return source !== "default" && source !== "schema" && source !== "unknown" && source !== "";
}
