/**
 * Runs the shipped reader against every behaviour that a recorded writer can show it.
 *
 * Before each of its shared reads the writer may have made any number of further steps. What a reader does depends only on
 * the values it reads, so two schedules that show it the same values are one behaviour. At each read the explorer
 * branches over the values that the word takes from now on, and takes each as early as it can be had: whatever can be read
 * after a later moment can be read after that one too. All behaviours are visited, each once.
 *
 * Sequentially consistent interleavings only; what weaker orders could add is looked at in weak-order.ts and weak-memory.ts.
 */
import { Region } from "../../../src/memory/region.js";
import type { SharedMemory } from "../../../src/shared/types.js";
import { SIZE, type Step, type Trace } from "./interleave-trace.js";

/** The values that one word takes, in order. */
interface History {
  readonly at: number[];
  readonly values: number[];
  /** By place in these: where each other value that comes later comes first. Made when it is asked for. */
  readonly others: (readonly number[] | undefined)[];
}

/** A trace, indexed by word. */
export class Timeline {
  readonly start: Int32Array;
  readonly length: number;
  readonly #histories: History[] = [];
  /** By word, after that of the size: the number of its history, from 1. */
  readonly #placeOf: Int32Array;

  constructor(start: Int32Array, steps: readonly Step[]) {
    this.start = start;
    this.length = steps.length;
    this.#placeOf = new Int32Array(steps.reduce((most, { word }) => Math.max(most, word), 0) - SIZE + 1);
    steps.forEach(({ word, value }, index) => {
      let history = this.historyOf(word);
      if (history === undefined) {
        history = { at: [0], values: [this.initial(word)], others: [] };
        this.#placeOf[word - SIZE] = this.#histories.push(history);
      }
      history.at.push(index + 1);
      history.values.push(value);
    });
  }

  /** The values that a word takes; `undefined`: always the same. */
  historyOf(word: number): History | undefined {
    const place = word - SIZE < this.#placeOf.length ? (this.#placeOf[word - SIZE] as number) : 0;
    return place === 0 ? undefined : this.#histories[place - 1];
  }

  /** The value of a word after `position` steps. */
  valueAt(word: number, position: number): number {
    const history = this.historyOf(word);
    return history === undefined ? this.initial(word) : valueIn(history, position);
  }

  initial(word: number): number {
    return word === SIZE ? this.start.byteLength : (this.start[word] ?? 0);
  }
}

function placeIn({ at }: History, position: number): number {
  let i = at.length - 1;
  while ((at[i] as number) > position) i--;
  return i;
}

function valueIn(history: History, position: number): number {
  return history.values[placeIn(history, position)] as number;
}

/** Positions after a value, each of which shows another value for the first time since. */
function othersIn({ at, values, others }: History, place: number): readonly number[] {
  const known = others[place];
  if (known !== undefined) return known;
  const seen = [values[place] as number];
  const positions: number[] = [];
  for (let i = place + 1; i < at.length; i++) {
    const value = values[i] as number;
    if (seen.includes(value)) continue;
    seen.push(value);
    positions.push(at[i] as number);
  }
  others[place] = positions;
  return positions;
}

/** Where the writer is, and which choices have been made. */
export class Schedule {
  position = 0;
  /** Steps that the writer can make at most. */
  end: number;
  /** How often the writer may still move. */
  moves = Number.POSITIVE_INFINITY;
  /** Shared accesses since they were last counted. */
  accesses = 0;
  /** Whether a read sees what the writer has done at that moment. */
  seesAtOnce = true;
  readonly timeline: Timeline;
  readonly #choices: number[];
  readonly #options: number[] = [];
  #next = 0;

  constructor(timeline: Timeline, choices: number[], end = timeline.length) {
    this.timeline = timeline;
    this.#choices = choices;
    this.end = end;
  }

  read(word: number): number {
    this.accesses++;
    const history = this.timeline.historyOf(word);
    if (history === undefined) return this.timeline.initial(word);
    const place = placeIn(history, this.position);
    if (this.moves > 0 && place < history.at.length - 1) this.advance(othersIn(history, place));
    return valueIn(history, this.position);
  }

  /** Lets the writer go on to one of some positions, of which later ones come later, or stay. */
  advance(to: readonly number[]): void {
    if (this.moves <= 0) return;
    let last = to.length;
    while (last > 0 && (to[last - 1] as number) > this.end) last--;
    let passed = 0;
    while (passed < last && (to[passed] as number) <= this.position) passed++;
    if (passed === last) return;
    const chosen = this.choose(last - passed + 1);
    if (chosen === 0) return;
    this.moves--;
    this.position = to[passed + chosen - 1] as number;
  }

  /** The choices of the next behaviour, in the place of this one's; `undefined` when this was the last one. */
  following(): number[] | undefined {
    const choices = this.#choices;
    for (let i = this.#options.length - 1; i >= 0; i--) {
      const chosen = choices[i] as number;
      if (chosen + 1 >= (this.#options[i] as number)) continue;
      choices.length = i;
      choices.push(chosen + 1);
      return choices;
    }
    return undefined;
  }

  /** One of so many ways to go on. */
  protected choose(options: number): number {
    const index = this.#next++;
    this.#options[index] = options;
    if (index === this.#choices.length) this.#choices.push(0);
    return this.#choices[index] as number;
  }
}

const noWords = new Int32Array(0);
const noBytes = new Uint8Array(0);

/** A region whose every shared read goes through a schedule. */
export class ScheduledRegion extends Region {
  readonly #schedule: Schedule;
  #size: number;
  /** What this reader has counted: contended reads, checksum mismatches. */
  readonly added = new Map<number, number>();

  constructor(memory: SharedMemory, schedule: Schedule) {
    super(memory);
    this.#schedule = schedule;
    this.#size = schedule.timeline.valueAt(SIZE, 0);
    this.#renewViews();
  }

  override refresh(): void {
    const size = this.#schedule.read(SIZE);
    if (size === this.#size) return;
    this.#size = size;
    this.#renewViews();
  }

  override plain(word: number): number {
    return word >= 0 && word * 4 < this.#size ? this.#schedule.read(word) : (undefined as unknown as number);
  }

  override load(word: number): number {
    if (!(word >= 0 && word * 4 < this.#size)) throw new RangeError(`atomic access out of bounds: word ${word}`);
    return this.#schedule.read(word);
  }

  override load64(): number {
    throw new Error("not part of the scheme");
  }

  override add(word: number, value: number): number {
    if (value !== 0) {
      this.added.set(word, (this.added.get(word) ?? 0) + value);
      return 0;
    }
    return this.load(word);
  }

  override copyOut(target: Uint8Array, at: number, length: number): void {
    for (let i = 0; i < length; ) {
      const word = this.plain((at + i) >> 2);
      do {
        target[i] = word >>> (((at + i) & 3) * 8);
        i++;
      } while (((at + i) & 3) !== 0 && i < length);
    }
  }

  #renewViews(): void {
    const schedule = this.#schedule;
    const size = this.#size;
    this.words = proxy(noWords, (word) => (word * 4 < size ? schedule.read(word) : undefined));
    this.bytes = proxy(
      noBytes,
      (at) => (at < size ? (schedule.read(at >> 2) >>> ((at & 3) * 8)) & 0xff : undefined),
      size,
    );
  }
}

function proxy<T extends Int32Array | Uint8Array>(
  target: T,
  at: (index: number) => number | undefined,
  length?: number,
  first = 0,
): T {
  return new Proxy(target, {
    get(_target, name) {
      if (name === "length") return length;
      if (name === "byteOffset") return first * target.BYTES_PER_ELEMENT;
      if (name === "subarray") {
        return (begin: number, end: number) => proxy(target, (index) => at(begin + index), end - begin, first + begin);
      }
      return at(Number(name));
    },
  });
}

/** Runs `program` once for every behaviour; gives how many there were. */
export function explore(
  timeline: Timeline,
  memory: SharedMemory,
  program: (region: ScheduledRegion, schedule: Schedule) => void,
  most = 3_000_000,
): number {
  let behaviours = 0;
  let choices: number[] | undefined = [];
  while (choices !== undefined) {
    if (++behaviours > most) throw new Error(`more than ${most} behaviours`);
    const schedule: Schedule = new Schedule(timeline, choices);
    program(new ScheduledRegion(memory, schedule), schedule);
    choices = schedule.following();
  }
  return behaviours;
}

/** A trace as a timeline. */
export function timelineOf(trace: Trace): Timeline {
  return new Timeline(trace.start, trace.steps);
}
