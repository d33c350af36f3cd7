/**
 * Runs the shipped reader beside a recorded writer under a memory model like ECMAScript's, where plain accesses have no order.
 *
 * Atomic accesses are in one total order, and each sees the last write before it. A plain read may see **any** write of its word that
 * neither happens after it nor is hidden by a later one that happens before it (ECMAScript 2024, 29.9 and 29.10): an old value, one
 * of the future, and of several words each another one. What happens before what is program order and, between the threads, from an
 * atomic write to the atomic read that sees it; for a write of the reader, which is its `add` of 0, to the writer's next read-modify-write
 * of that word. Two writers may be at work; then the recording says what either has seen of the other, and their atomic accesses are
 * in the order of the recording.
 *
 * There are far too many such executions of whole readers. Those are visited in which the writer moves at most `moves` times while the
 * reader looks, as in interleave.ts, and in which besides at most `surprises` plain reads see something else than what the word holds
 * at that moment.
 */
import type { SharedMemory } from "../../../src/shared/types.js";
import { Schedule, ScheduledRegion, Timeline } from "./interleave.js";
import { type Scenario, visibility } from "./interleave-cases.js";
import { type Op, Watcher } from "./interleave-check.js";
import { SIZE, type Step, type Writer } from "./interleave-trace.js";

/** What bounds the executions. */
export interface Bounds {
  readonly moves: number;
  readonly surprises: number;
}

/** A deviation from the shipped protocol, which must be found. */
export interface Deviation {
  /** The reader's closing read-modify-writes are loads. */
  readonly closesByLoad?: boolean;
  /** The writer's steps, otherwise ordered or done. */
  readonly steps?: (steps: readonly Step[]) => readonly Step[];
}

/** How many steps of each writer happen before something. */
type Clock = readonly [number, number];

interface Write extends Step {
  /** How many steps have been made with this one; 0 stands for what was there at the start. */
  readonly at: number;
  readonly by: Writer;
  /** The steps that happen before this one, and itself. */
  readonly clock: Clock;
}

const nothing: Clock = [0, 0];
const both = (a: Clock, b: Clock): Clock => [Math.max(a[0], b[0]), Math.max(a[1], b[1])];

/** Whether a write is among the steps of a clock. */
const isIn = ({ by, clock }: Write, known: Clock): boolean => clock[by] <= known[by];

/** The reader has seen what no execution allows it to see. */
class Impossible extends Error {}

class WeakSchedule extends Schedule {
  override seesAtOnce = false;
  surprises = 0;
  /** Steps that happen before whatever the reader does next. */
  #known = nothing;
  /** What happens before or is one of the steps that plain reads have seen. */
  #seen = nothing;
  readonly #writes: ReadonlyMap<number, readonly Write[]>;
  readonly #deviation: Deviation;

  constructor(timeline: Timeline, writes: ReadonlyMap<number, readonly Write[]>, choices: number[], given: Deviation) {
    super(timeline, choices, 0);
    this.#writes = writes;
    this.#deviation = given;
  }

  /** A plain read. */
  override read(word: number): number {
    this.accesses++;
    const writes = this.#writes.get(word);
    if (writes === undefined) return this.timeline.valueAt(word, 0);
    const present = writes[lastUpTo(writes, this.position)] as Write;
    const options: { readonly write: Write; readonly isMove: boolean }[] = [{ write: present, isMove: false }];
    const values = new Set([present.value]);
    for (const write of writes) {
      if (write.at > this.end) break;
      if (values.has(write.value) || this.#isHidden(write, writes)) continue;
      values.add(write.value);
      if (this.surprises > 0) options.push({ write, isMove: false });
      if (write.at > this.position && this.moves > 0) options.push({ write, isMove: true });
    }
    const chosen = options.length === 1 ? 0 : this.choose(options.length);
    const { write, isMove } = options[chosen] as (typeof options)[number];
    if (isMove) {
      this.moves--;
      this.position = write.at;
    } else if (chosen > 0) this.surprises--;
    this.#seen = both(this.#seen, write.clock);
    return write.value;
  }

  /** A later write of the word happens before what comes. */
  #isHidden(write: Write, writes: readonly Write[]): boolean {
    return writes.some((later) => later.at > write.at && isIn(later, this.#known) && isIn(write, later.clock));
  }

  /** An atomic load. */
  load(word: number): number {
    return this.#atomic(word, false);
  }

  /** A read-modify-write that changes nothing. */
  update(word: number): number {
    return this.#atomic(word, this.#deviation.closesByLoad !== true);
  }

  /** All that was done happens before what comes. */
  join(): void {
    this.position = this.end;
    this.#known = [this.end, this.end];
    this.seesAtOnce = true;
  }

  #atomic(word: number, isUpdate: boolean): number {
    this.accesses++;
    const writes = this.#writes.get(word);
    if (writes === undefined) return this.timeline.valueAt(word, 0);
    const first = lastUpTo(writes, this.position);
    const options: Write[] = [];
    for (let i = first; i < writes.length; i++) {
      const write = writes[i] as Write;
      if (write.at > this.end || (i > first && this.moves === 0 && options.length > 0)) break;
      const next = writes[i + 1];
      // What the reader has read until now happens before the writer's next update, and so cannot be of after that.
      if (isUpdate && next?.kind === "update" && isIn(next, this.#seen)) continue;
      options.push(write);
    }
    if (options.length === 0) throw new Impossible();
    const write = options[options.length === 1 ? 0 : this.choose(options.length)] as Write;
    if (write.at > this.position) {
      if (this.moves > 0) this.moves--;
      this.position = write.at;
    }
    if (write.kind !== "plain") this.#known = both(this.#known, write.clock);
    return write.value;
  }
}

/** Index of the newest of some writes that is among so many steps. */
function lastUpTo(writes: readonly Write[], steps: number): number {
  let i = writes.length - 1;
  while ((writes[i] as Write).at > steps) i--;
  return i;
}

class WeakRegion extends ScheduledRegion {
  readonly #weak: WeakSchedule;

  constructor(memory: SharedMemory, schedule: WeakSchedule) {
    super(memory, schedule);
    this.#weak = schedule;
  }

  override load(word: number): number {
    return this.#weak.load(word);
  }

  override add(word: number, value: number): number {
    return value === 0 ? this.#weak.update(word) : super.add(word, value);
  }
}

/**
 * Visits the executions of a reader that makes the `warm` reads before the writer begins and the `ops` beside it; gives how many there are,
 * and throws at the first one in which a guarantee is broken.
 */
export function checkWeakly(
  { trace, ...scenario }: Scenario,
  warm: readonly Op[],
  ops: readonly Op[],
  { moves, surprises }: Bounds,
  deviation: Deviation = {},
): number {
  const size = trace.steps.findLast(({ word }) => word === SIZE)?.value ?? trace.start.byteLength;
  const start = new Int32Array(size / 4);
  start.set(trace.start);
  // The memory is as large as it becomes, because readers find out by themselves how large it is.
  const shipped = trace.steps.map((step) => (step.word === SIZE ? { ...step, value: size } : step));
  const steps = deviation.steps?.(shipped) ?? shipped;
  const timeline = new Timeline(start, steps);
  const writes = writesByWord(start, steps);
  const run = { ...scenario, trace: { ...trace, start, steps } };
  const index = visibility(run);
  let executions = 0;
  for (let choices: number[] | undefined = []; choices !== undefined; ) {
    const schedule: WeakSchedule = new WeakSchedule(timeline, writes, choices, deviation);
    const watcher = new Watcher(run, index, schedule, new WeakRegion(scenario.memory, schedule), [...warm, ...ops]);
    try {
      for (const op of warm) watcher.observe(op);
      schedule.end = steps.length;
      schedule.moves = moves;
      schedule.surprises = surprises;
      for (const op of ops) watcher.observe(op);
      schedule.join();
      for (const op of [...ops, ...warm]) watcher.observe(op);
      watcher.settle();
      executions++;
    } catch (thrown) {
      if (!(thrown instanceof Impossible)) throw thrown;
    }
    choices = schedule.following();
  }
  return executions;
}

function writesByWord(start: Int32Array, steps: readonly Step[]): ReadonlyMap<number, readonly Write[]> {
  const byWord = new Map<number, Write[]>();
  const named = new Map<number, Write>();
  const clocks: [Clock, Clock] = [nothing, nothing];
  for (const [i, step] of steps.entries()) {
    const { word, by = 0, after } = step;
    const mine = clocks[by];
    const seen = after === undefined ? undefined : named.get(after);
    const before = seen === undefined || seen.kind === "plain" ? mine : both(mine, seen.clock);
    const clock: Clock = by === 0 ? [before[0] + 1, before[1]] : [before[0], before[1] + 1];
    clocks[by] = clock;
    const write: Write = { ...step, at: i + 1, by, clock };
    if (step.id !== undefined) named.set(step.id, write);
    if (word === SIZE) continue;
    let writes = byWord.get(word);
    if (writes === undefined) {
      writes = [{ word, value: start[word] as number, kind: "plain", at: 0, by: 0, clock: nothing }];
      byWord.set(word, writes);
    }
    writes.push(write);
  }
  return byWord;
}
