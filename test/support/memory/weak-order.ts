/**
 * Runs the shipped reader beside a recorded writer under a memory model like ECMAScript's, where plain accesses have no order.
 *
 * Atomic accesses are in one total order, and each sees the last write before it. A plain read may see **any** write of its word that
 * neither happens after it nor is hidden by a later one that happens before it (ECMAScript 2024, 29.9 and 29.10): an old value, one
 * of the future, and of several words each another one. What happens before what is program order and, between the threads, from an
 * atomic write to the atomic read that sees it; for a write of the reader, which is its `add` of 0, to the writer's next read-modify-write
 * of that word.
 *
 * There are far too many such executions of whole readers. Those are visited in which the writer moves at most `moves` times while the
 * reader looks, as in interleave.ts, and in which besides at most `surprises` plain reads see something else than what the word holds
 * at that moment.
 */
import type { SharedMemory } from "../../../src/shared/types.js";
import { Schedule, ScheduledRegion, Timeline } from "./interleave.js";
import { type Scenario, visibility } from "./interleave-cases.js";
import { type Op, Watcher } from "./interleave-check.js";
import { SIZE, type Step } from "./interleave-trace.js";

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

interface Write extends Step {
  /** How many steps have been made with this one; 0 stands for what was there at the start. */
  readonly at: number;
}

/** The reader has seen what no execution allows it to see. */
class Impossible extends Error {}

class WeakSchedule extends Schedule {
  override readonly seesAtOnce = false;
  surprises = 0;
  /** Steps that happen before whatever the reader does next. */
  #known = 0;
  /** The latest step that a plain read has seen. */
  #seen = 0;
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
    const now = lastUpTo(writes, this.position);
    const present = writes[now] as Write;
    const options: { readonly write: Write; readonly isMove: boolean }[] = [{ write: present, isMove: false }];
    const values = new Set([present.value]);
    for (let i = lastUpTo(writes, this.#known); i < writes.length; i++) {
      const write = writes[i] as Write;
      if (write.at > this.end) break;
      if (values.has(write.value)) continue;
      values.add(write.value);
      if (this.surprises > 0) options.push({ write, isMove: false });
      if (i > now && this.moves > 0) options.push({ write, isMove: true });
    }
    const chosen = options.length === 1 ? 0 : this.choose(options.length);
    const { write, isMove } = options[chosen] as (typeof options)[number];
    if (isMove) {
      this.moves--;
      this.position = write.at;
    } else if (chosen > 0) this.surprises--;
    this.#seen = Math.max(this.#seen, write.at);
    return write.value;
  }

  /** An atomic load. */
  load(word: number): number {
    return this.#atomic(word, false);
  }

  /** A read-modify-write that changes nothing. */
  update(word: number): number {
    return this.#atomic(word, this.#deviation.closesByLoad !== true);
  }

  /** All that the writer has done happens before what comes. */
  join(): void {
    this.position = this.end;
    this.#known = this.end;
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
      if (isUpdate && next?.kind === "update" && this.#seen > next.at) continue;
      options.push(write);
    }
    if (options.length === 0) throw new Impossible();
    const write = options[options.length === 1 ? 0 : this.choose(options.length)] as Write;
    if (write.at > this.position) {
      if (this.moves > 0) this.moves--;
      this.position = write.at;
    }
    if (write.kind !== "plain") this.#known = Math.max(this.#known, write.at);
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
    const watcher = new Watcher(run, index, schedule, new WeakRegion(scenario.memory, schedule));
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
  for (const [i, step] of steps.entries()) {
    const { word } = step;
    if (word === SIZE) continue;
    let writes = byWord.get(word);
    if (writes === undefined) {
      writes = [{ word, value: start[word] as number, kind: "plain", at: 0 }];
      byWord.set(word, writes);
    }
    writes.push({ ...step, at: i + 1 });
  }
  return byWord;
}
