/**
 * The state at each publish that a change set is told of, though memory holds the newest one alone.
 *
 * Sets reach this thread later than the publishes that they are of. Mostly nothing has been published meanwhile: then the newest
 * state is the one. Otherwise the state of a set is that of the set before it with this set's changes put in, which is why the
 * first subscriber begins with a state of its own. States share all that does not differ, so that a set costs what it changes.
 *
 * What only layers or sources did, without a value, is told by no set. A state that is put together shows it as it was before.
 */
import { SLOTS_PER_CHUNK } from "../../memory/layout.js";
import type { Chunks, MirrorState } from "../../memory/reader/mirror.js";
import { StoredReading } from "../../memory/reader/stored-reading.js";
import type { ConfigChange } from "../../shared/types.js";

/** What became visible by one publish. */
export interface Published {
  readonly changes: readonly ConfigChange[];
  readonly sequenceId: number;
  /** Number of the publish; `undefined` when it is not known. */
  readonly publish: number | undefined;
}

export class PastStates {
  /** The newest state; `undefined` when it cannot be read now. */
  readonly #newest: () => MirrorState | undefined;
  /** Of the newest set, or newer. */
  #state: MirrorState | undefined;
  /** The slots of `#state`, when they are no longer the memory's. */
  #ownSlots: Map<string, number> | undefined;

  /** Begins with the newest state: only what is published after it can be told of exactly. */
  constructor(newest: () => MirrorState | undefined) {
    this.#newest = newest;
    this.#state = newest();
  }

  /** Changes are missing: goes on from the newest state. */
  startOver(): void {
    this.#state = this.#newest() ?? this.#state;
  }

  /** The state that `published` made. To be called with each set, in their order. */
  after(published: Published): MirrorState | undefined {
    const { publish } = published;
    const before = this.#state;
    // The first state, or one that was gone on from, may be newer than the set.
    if (before !== undefined && publish !== undefined && ((publish - before.publish) | 0) <= 0) return before;
    const newest = this.#newest();
    const isIt = publish === undefined || newest?.publish === publish || before === undefined;
    this.#state = isIt ? (newest ?? before) : this.#with(before, published, publish, newest);
    return this.#state;
  }

  #with(
    before: MirrorState,
    { changes, sequenceId }: Published,
    publish: number,
    newest: MirrorState | undefined,
  ): MirrorState {
    let { slots } = before;
    const chunks = [...before.chunks];
    const changed = new Set<number>();
    for (const change of changes) {
      const { key } = change;
      let slot = slots.get(key);
      if (slot === undefined) {
        const own: Map<string, number> = slots === this.#ownSlots ? this.#ownSlots : new Map(slots);
        slot = chunks.length * SLOTS_PER_CHUNK;
        own.set(key, slot);
        this.#ownSlots = own;
        slots = own;
      }
      const index = Math.floor(slot / SLOTS_PER_CHUNK);
      while (chunks.length <= index) chunks.push([]);
      const chunk = changed.has(index)
        ? (chunks[index] as (StoredReading | undefined)[])
        : [...(chunks[index] as Chunks[number])];
      chunk[slot % SLOTS_PER_CHUNK] = readingOf(change, publish, newest);
      chunks[index] = chunk;
      changed.add(index);
    }
    const meta = newest?.meta ?? before.meta;
    return {
      chunks,
      slots,
      meta: meta && { ...meta, sequenceId },
      arena: before.arena,
      publish,
    };
  }
}

/** What the key holds after a change: what memory says, with all layers, unless it has changed again since. */
function readingOf(change: ConfigChange, publish: number, newest: MirrorState | undefined): StoredReading {
  const slot = newest?.slots.get(change.key);
  const reading = slot === undefined ? undefined : readingAt(newest?.chunks ?? [], slot);
  return reading?.publish === publish ? reading : StoredReading.of(change, publish);
}

function readingAt(chunks: Chunks, slot: number): StoredReading | undefined {
  return chunks[Math.floor(slot / SLOTS_PER_CHUNK)]?.[slot % SLOTS_PER_CHUNK];
}
