/** Views: the getters over one consistent state. */
import { inspect } from "node:util";
import { SLOTS_PER_CHUNK } from "../../memory/layout.js";
import { Reading } from "../../memory/reader/entry.js";
import type { MirrorState } from "../../memory/reader/mirror.js";
import { type Section, sectionOf, topNames } from "../../memory/reader/section.js";
import type { Named } from "../../memory/reader/section-reader.js";
import type { StoredReading } from "../../memory/reader/stored-reading.js";
import type { ConfigValue } from "../../shared/types.js";
import { allFlattened, allSettings, allSettingsBySource, allSettingsWithoutDefault } from "./all-settings.js";
import type { View } from "./api.js";
import { Getters } from "./getters.js";
import type { StringMap } from "./schema.js";

const MAX_SECTIONS = 1_000;

const missing = new Reading();

export class StateView extends Getters implements View {
  readonly sequenceId: number;
  readonly publishedAtMs: number;
  readonly origin: string;
  readonly #state: MirrorState;
  readonly #sections = new Map<string, Section | undefined>();
  #keys: readonly string[] | undefined;

  constructor(state: MirrorState) {
    super();
    this.#state = state;
    this.sequenceId = state.meta?.sequenceId ?? 0;
    this.publishedAtMs = state.meta?.atMs ?? 0;
    this.origin = state.meta?.origin ?? "";
  }

  override toJSON(): object {
    const { sequenceId, publishedAtMs, origin } = this;
    return { sequenceId, publishedAtMs, origin };
  }

  /** A log of the view shows no value. */
  [inspect.custom](): string {
    return `View { sequenceId: ${this.sequenceId} }`;
  }

  keys(): readonly string[] {
    this.#keys ??= Object.freeze([...this.#readings()].map(({ key }) => key).sort());
    return this.#keys;
  }

  allKeysLowercased(): readonly string[] {
    return this.keys();
  }

  allSettings(): StringMap<ConfigValue> {
    return allSettings(this.#readings());
  }

  allSettingsWithoutDefault(): StringMap<ConfigValue> {
    return allSettingsWithoutDefault(this.#readings());
  }

  allSettingsBySource(): StringMap<StringMap<ConfigValue>> {
    return allSettingsBySource(this.#readings());
  }

  allFlattenedSettingsWithSequenceId(): { settings: StringMap<ConfigValue>; sequenceId: number } {
    return { settings: allFlattened(this.#readings()), sequenceId: this.sequenceId };
  }

  override getSubfields(key: string): readonly string[] {
    return key === "" ? topNames(this.keys()) : super.getSubfields(key);
  }

  /** What a lower-case name stands for. */
  named(name: string): Named {
    const slot = this.#state.slots.get(name);
    const own = slot === undefined ? undefined : this.#at(slot);
    return { own: own?.exists ? own : undefined, section: this.section(name) };
  }

  protected reading(key: string): Reading {
    const slot = this.#state.slots.get(key) ?? this.#state.slots.get(key.toLowerCase());
    return slot === undefined ? missing : (this.#at(slot)?.decode() ?? missing);
  }

  protected section(name: string): Section | undefined {
    if (this.#sections.has(name)) return this.#sections.get(name);
    // A caller that makes names up must not fill the memory.
    if (this.#sections.size >= MAX_SECTIONS) this.#sections.clear();
    const section = sectionOf(name, this.#below(`${name}.`));
    this.#sections.set(name, section);
    return section;
  }

  *#below(start: string): Generator<StoredReading | undefined> {
    for (const [key, slot] of this.#state.slots) if (key.startsWith(start)) yield this.#at(slot);
  }

  #at(slot: number): StoredReading | undefined {
    return this.#state.chunks[Math.floor(slot / SLOTS_PER_CHUNK)]?.[slot % SLOTS_PER_CHUNK];
  }

  /** The readings of all keys that exist, in no order. */
  *#readings(): Generator<StoredReading> {
    for (const chunk of this.#state.chunks) {
      for (const reading of chunk) if (reading?.exists) yield reading;
    }
  }
}
