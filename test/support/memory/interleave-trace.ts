/**
 * A writer's run as a list of single stores. The writer never looks at anything that readers change (they only add 0 to
 * `begun`), so its stores are the same whatever readers do, and one recording stands for all interleavings.
 */
import { PAGE_BYTES } from "../../../src/memory/layout.js";
import { createRegionMemory, Region } from "../../../src/memory/region.js";
import type { SharedMemory } from "../../../src/shared/types.js";

/** One change of one word, or of the memory's size. Stores that change nothing are left out, because no reader can see them. */
export interface Step {
  /** {@link SIZE} stands for the memory's size. */
  readonly word: number;
  readonly value: number;
  /** How it was written; `update` is a read-modify-write. */
  readonly kind: StepKind;
  /** Which of two live writers made it; the first one, unless it is said. */
  readonly by?: Writer;
  /** Where steps of two writers are recorded: the step's name, and of the other's steps the last that this writer has seen by then. */
  readonly id?: number;
  readonly after?: number;
}

export type Writer = 0 | 1;

export type StepKind = "plain" | "store" | "update";

/** Pseudo-word: bytes of the memory. */
export const SIZE = -1;

/** What a recording began with, and what it did. */
export interface Trace {
  readonly start: Int32Array;
  readonly steps: readonly Step[];
  /** Steps after which a state had become visible, each with the state's index; index 0 is visible at the start. */
  readonly visibleAt: readonly number[];
}

/** A region that records what is written through it, once recording has begun. */
export class RecordingRegion extends Region {
  steps: Step[] = [];
  #shadow: Int32Array | undefined;
  start = new Int32Array(0);
  /** The last step on each word of the other writer, and the last of those that this one has seen. */
  readonly #others = new Map<number, Step>();
  #seen: Step | undefined;
  /** Called, once each, when so many steps have been recorded: another thread's stores go in between. */
  readonly interruptions: { readonly after: number; readonly run: () => void }[] = [];

  /** Atomic accesses since recording began, and what to do before some of them, once each. */
  accesses = 0;
  readonly stalls: { readonly before: number; readonly run: () => void }[] = [];

  record(): void {
    this.refresh();
    this.start = this.words.slice();
    this.#shadow = this.words.slice();
  }

  override setPlain(word: number, value: number): void {
    super.setPlain(word, value);
    this.#noteWords(word, 1, "plain");
  }

  override load(word: number): number {
    this.#see(word);
    return super.load(word);
  }

  override store(word: number, value: number): void {
    this.#access();
    super.store(word, value);
    this.#noteWords(word, 1, "store");
  }

  override store64(word: number, value: number): void {
    super.store64(word, value);
    this.#noteWords(word, 2, "store");
  }

  override add(word: number, value: number): number {
    this.#see(word);
    const old = super.add(word, value);
    this.#noteWords(word, 1, "update");
    return old;
  }

  override exchange(word: number, value: number): number {
    this.#see(word);
    const old = super.exchange(word, value);
    this.#noteWords(word, 1, "update");
    return old;
  }

  override compareExchange(word: number, expected: number, value: number): number {
    this.#see(word);
    const old = super.compareExchange(word, expected, value);
    this.#noteWords(word, 1, "update");
    return old;
  }

  override copyIn(at: number, source: Uint8Array, from = 0, length = source.length): void {
    super.copyIn(at, source, from, length);
    this.#noteWords(at >> 2, ((at + length + 3) >> 2) - (at >> 2), "plain");
  }

  override copyInAscii(at: number, text: string): void {
    super.copyInAscii(at, text);
    this.#noteWords(at >> 2, ((at + text.length + 3) >> 2) - (at >> 2), "plain");
  }

  override clear(word: number, count: number): void {
    super.clear(word, count);
    this.#noteWords(word, count, "plain");
  }

  override grow(pages: number): number {
    const first = super.grow(pages);
    if (this.#shadow !== undefined) {
      this.#shadow = enlarged(this.#shadow, this.words.length);
      this.steps.push({ word: SIZE, value: this.bytes.length, kind: "update" });
    }
    return first;
  }

  /** Steps that another writer makes now, after some of this one's have been told to it by {@link absorb}. */
  replay(steps: readonly Step[]): void {
    for (const { word, value, kind, after } of steps) {
      if (word === SIZE) this.#growTo(value);
      else super.store(word, value);
      if (this.#shadow !== undefined && word !== SIZE) this.#shadow[word] = value;
      const step: Step = { word, value, kind, by: 1, id: this.steps.length, ...(after !== undefined && { after }) };
      this.#others.set(word, step);
      this.steps.push(step);
    }
  }

  /** The memory is what another writer has made of it, whose steps these are. */
  absorb({ words, bytes, steps }: RecordingRegion): void {
    this.#growTo(bytes.length);
    this.words.set(words);
    this.#shadow = words.slice();
    for (const step of steps) if (step.by === undefined) this.#others.set(step.word, step);
  }

  /** An access is about to be made that may be of interest to others, or made by them. */
  #access(): void {
    if (this.#shadow === undefined || ++this.accesses !== this.stalls[0]?.before) return;
    this.stalls.shift()?.run();
  }

  /** An atomic read: what the other writer had done before its write happens before what comes now. */
  #see(word: number): void {
    this.#access();
    const step = this.#others.get(word);
    if (step !== undefined && step.kind !== "plain" && (step.id ?? 0) >= (this.#seen?.id ?? 0)) this.#seen = step;
  }

  /** Grows without recording that. */
  #growTo(bytes: number): void {
    if (bytes > this.bytes.length) super.grow((bytes - this.bytes.length) / PAGE_BYTES);
    this.#shadow = this.#shadow && enlarged(this.#shadow, this.words.length);
  }

  #noteWords(word: number, count: number, kind: StepKind): void {
    const shadow = this.#shadow;
    if (shadow === undefined) return;
    for (let at = word; at < word + count; at++) {
      const value = this.words[at] as number;
      if (shadow[at] === value) continue;
      shadow[at] = value;
      // From here on the word is this writer's.
      this.#others.delete(at);
      this.steps.push({ word: at, value, kind, id: this.steps.length, ...(this.#seen && { after: this.#seen.id }) });
    }
    const next = this.interruptions[0];
    if (next !== undefined && this.steps.length >= next.after) {
      this.interruptions.shift();
      next.run();
    }
  }
}

function enlarged(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(words);
  return larger;
}

/** Memory as it is after the first `count` steps of a trace. */
export function memoryAfter({ start, steps }: Trace, count: number, maxBytes: number): SharedMemory {
  const done = steps.slice(0, count);
  const bytes = done.findLast(({ word }) => word === SIZE)?.value ?? start.byteLength;
  const memory = createRegionMemory(maxBytes);
  if (bytes > PAGE_BYTES) memory.grow(bytes / PAGE_BYTES - 1);
  const words = new Int32Array(memory.buffer);
  words.set(start);
  for (const { word, value } of done) if (word !== SIZE) words[word] = value;
  return memory;
}

/** Runs `before` unrecorded, then `publishes`, each of which makes one more state visible. */
export function record(
  memory: SharedMemory,
  before: (region: Region) => void,
  publishes: readonly ((region: Region) => void)[],
): Trace {
  const region = new RecordingRegion(memory);
  before(region);
  region.record();
  const visibleAt = [0];
  for (const publish of publishes) {
    publish(region);
    visibleAt.push(region.steps.length);
  }
  return { start: region.start, steps: region.steps, visibleAt };
}
