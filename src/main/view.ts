/** Views: the getters over one consistent state. */
import { SLOTS_PER_CHUNK } from "../shared/layout.js";
import { Reading } from "./entry.js";
import { Getters } from "./getters.js";
import type { MirrorState } from "./mirror.js";
import type { View } from "./reader-api.js";
import type { StoredReading } from "./stored-reading.js";

const missing = new Reading();

export class StateView extends Getters implements View {
  readonly sequenceId: number;
  readonly publishedAtMs: number;
  readonly origin: string;
  readonly #state: MirrorState;
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

  keys(): readonly string[] {
    this.#keys ??= Object.freeze([...this.readings()].map(({ key }) => key).sort());
    return this.#keys;
  }

  /** The readings of all keys that exist, in no order. */
  *readings(): Generator<StoredReading> {
    for (const chunk of this.#state.chunks) {
      for (const reading of chunk) if (reading?.exists) yield reading;
    }
  }

  protected reading(key: string): Reading {
    const slot = this.#state.slots.get(key) ?? this.#state.slots.get(key.toLowerCase());
    if (slot === undefined) return missing;
    return this.#state.chunks[Math.floor(slot / SLOTS_PER_CHUNK)]?.[slot % SLOTS_PER_CHUNK]?.decode() ?? missing;
  }
}
