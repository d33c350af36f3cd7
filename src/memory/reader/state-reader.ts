/** Looks keys and sections up in one state of all keys. */
import { lowerCase } from "../../shared/text/lower-case.js";
import { SLOTS_PER_CHUNK } from "../layout.js";
import { Reading } from "./entry.js";
import type { MirrorState } from "./mirror.js";
import { type Section, sectionOf } from "./section.js";
import type { Named } from "./section-reader.js";
import type { StoredReading } from "./stored-reading.js";

/** Names that are remembered; a caller that makes them up must not fill the memory. */
const MAX_SECTIONS = 1_000;

const missing = new Reading();

export class StateReader {
  readonly state: MirrorState;
  readonly #sections = new Map<string, Section | undefined>();
  #keys: readonly string[] | undefined;

  constructor(state: MirrorState) {
    this.state = state;
  }

  /** All keys that exist, sorted. */
  keys(): readonly string[] {
    this.#keys ??= Object.freeze([...this.readings()].map(({ key }) => key).sort());
    return this.#keys;
  }

  /** What a key in any spelling holds; a reading without a value when it is missing. */
  reading(key: string): Reading {
    const { slots } = this.state;
    const slot = slots.get(key) ?? slots.get(lowerCase(key));
    return slot === undefined ? missing : (this.#at(slot)?.decode() ?? missing);
  }

  /** The settings below a lower-case name; `undefined` when there are none. */
  section(name: string): Section | undefined {
    if (this.#sections.has(name)) return this.#sections.get(name);
    if (this.#sections.size >= MAX_SECTIONS) this.#sections.clear();
    const section = sectionOf(name, this.#below(`${name}.`));
    this.#sections.set(name, section);
    return section;
  }

  /** What a lower-case name stands for. */
  named(name: string): Named {
    const slot = this.state.slots.get(name);
    const own = slot === undefined ? undefined : this.#at(slot);
    return { own: own?.exists ? own : undefined, section: this.section(name) };
  }

  /** The readings of all keys that exist, in no order. */
  *readings(): Generator<StoredReading> {
    for (const chunk of this.state.chunks) {
      for (const reading of chunk) if (reading?.exists) yield reading;
    }
  }

  *#below(start: string): Generator<StoredReading | undefined> {
    for (const [key, slot] of this.state.slots) if (key.startsWith(start)) yield this.#at(slot);
  }

  #at(slot: number): StoredReading | undefined {
    return this.state.chunks[Math.floor(slot / SLOTS_PER_CHUNK)]?.[slot % SLOTS_PER_CHUNK];
  }
}
