/**
 * Two live writers: one was thought dead while it was in a publish, and goes on beside its successor, which takes over. Both are the
 * shipped writer; the old one is held up before one of its atomic accesses, and goes on to the end at some moment of the hand-over.
 */
import { block, blockOf, header } from "../../../src/memory/layout.js";
import { createRegionMemory } from "../../../src/memory/region.js";
import { Author, type Scenario, type State } from "./interleave-cases.js";
import { RecordingRegion, type Step } from "./interleave-trace.js";

const BYTES = 4 * 2 ** 20;

/** Number of steps of the new writer up to some of its moments. */
export interface Moments {
  /** It has come, and has written nothing else. */
  readonly come: number;
  /** Its first publish is begun, and its keys' cells are still to be marked. */
  readonly begun: number;
  /** The first publish is complete, and all other cells are still to be marked. */
  readonly complete: number;
  /** All cells are marked; readers are sent over by the next step. */
  readonly marked: number;
  readonly end: number;
}

/** Whether the old writer was putting a new arena in the place of its own, or made one more publish in that. */
export type Work = "a publish" | "a hand-over";

/** What the old writer's region does otherwise. */
export type OldRegion = (Base: typeof RecordingRegion) => typeof RecordingRegion;

/** The old writer, just before its last publish. */
function oldWriter(work: Work, otherwise: OldRegion = (Base) => Base) {
  const region = new (otherwise(RecordingRegion))(createRegionMemory(BYTES));
  // A range of few numbers is used up by the next publish.
  const author = new Author(region, 0, work === "a hand-over" ? 4 : undefined);
  author.publish({ a: "a-1", b: "b-1" });
  author.publish({ a: "a0", b: "b0" });
  const before = author.state;
  region.record();
  return { region, author, before, finish: () => author.publish({ b: "b1", a: "a1" }) };
}

function newWriter(region: RecordingRegion): State {
  const author = new Author(region, 10);
  author.publish({ a: "a2", b: "b2" });
  return author.state;
}

/** How many atomic accesses the old writer's last publish takes, and how many it has made when that is complete in its arena. */
export function accessesOf(work: Work): { readonly total: number; readonly ofCommit: number } {
  const { region, finish } = oldWriter(work);
  finish();
  const isDone = (word: number) => [1, 2, 3].some((ordinal) => word === blockOf(ordinal) + block.done);
  const done = region.steps.findIndex(({ word }) => isDone(word));
  const again = oldWriter(work);
  let ofCommit = 0;
  again.region.interruptions.push({
    after: done + 1,
    run: () => {
      ofCommit = again.region.accesses;
    },
  });
  again.finish();
  return { total: region.accesses, ofCommit };
}

/** The old writer is held up before an access, and goes on when the new one has made so many steps. */
export function liveZombie(
  work: Work,
  access: number,
  goesOn: (moments: Moments) => number,
  otherwise?: OldRegion,
): Scenario {
  const { region: both, before } = oldWriter(work);
  both.replay(stepsUntil(work, access));
  both.interruptions.push({ after: both.steps.length + goesOn(momentsAlone(work, access)), run: () => finish() });
  let late = before;
  const finish = () => {
    const old = oldWriter(work, otherwise);
    let from = 0;
    old.region.stalls.push({
      before: access,
      run() {
        old.region.absorb(both);
        from = old.region.steps.length;
      },
    });
    old.finish();
    late = old.author.state;
    both.replay(old.region.steps.slice(from));
  };
  const newest = newWriter(both);
  for (const { run } of both.interruptions.splice(0)) run();
  return {
    memory: both.memory,
    trace: { start: both.start, steps: both.steps, visibleAt: [] },
    states: statesOf(both, before, late, newest),
  };
}

/** What the old writer has done when it is held up, without the names that the steps have in its own recording. */
function stepsUntil(work: Work, access: number): readonly Step[] {
  const old = oldWriter(work);
  let steps: readonly Step[] = [];
  old.region.stalls.push({
    before: access,
    run() {
      steps = old.region.steps.slice();
    },
  });
  old.finish();
  return steps;
}

function momentsAlone(work: Work, access: number): Moments {
  const { region } = oldWriter(work);
  region.replay(stepsUntil(work, access));
  const { length } = region.steps;
  newWriter(region);
  const steps = region.steps.slice(length);
  const marked = steps.findIndex(({ word }) => word === header.arena);
  const last = (which: number) =>
    steps.findLastIndex(({ word }, i) => i < marked && [1, 2, 3, 4].some((n) => word === blockOf(n) + which)) + 1;
  return { come: 1, begun: last(block.begun), complete: last(block.done), marked, end: steps.length };
}

/** The states that became visible, in their order: of the old writer's last publish only if it did. */
function statesOf({ start, steps }: RecordingRegion, before: State, late: State, newest: State): State[] {
  const words = start.slice();
  const states = [before];
  const shown = () => {
    const arena = words[header.arena] as number;
    return `${arena}:${words[blockOf(arena) + block.done]}`;
  };
  let last = shown();
  for (const { word, value, by } of steps) {
    words[word] = value;
    if (shown() === last) continue;
    last = shown();
    states.push(by === 1 ? late : newest);
  }
  return states;
}
