/** A writer's steps, ordered or done otherwise than the shipped writer does: each of these must be found out. */
import {
  ARENA_BLOCKS,
  BLOCK_WORDS,
  block,
  CELLS_PER_CHUNK,
  header,
  LATEST_CELL,
  LOG_ENTRIES,
  RETIRED,
} from "../../../src/memory/layout.js";
import type { Step, StepKind } from "./interleave-trace.js";

type Steps = readonly Step[];

const isOfBlocks = (word: number, at: number): boolean => {
  const inBlocks = word - header.arenaBlocks;
  return inBlocks >= 0 && inBlocks < ARENA_BLOCKS * BLOCK_WORDS && inBlocks % BLOCK_WORDS === at;
};
const isBegun = ({ word }: Step): boolean => isOfBlocks(word, block.begun);
const isDone = ({ word }: Step): boolean => isOfBlocks(word, block.done);
const isArena = ({ word }: Step): boolean => word === header.arena;
const isCell = ({ word }: Step): boolean => word >= header.firstCells && word < header.firstCells + CELLS_PER_CHUNK;
const isLatest = ({ word }: Step): boolean => word === header.firstCells + LATEST_CELL;

/** Whether a step writes a ring of changed slots: one that an arena's block names, at the start or later. */
function isRing(start: Int32Array, steps: Steps): (step: Step) => boolean {
  const rings = new Set<number>();
  for (let i = 0; i < ARENA_BLOCKS; i++) rings.add(start[header.arenaBlocks + i * BLOCK_WORDS + block.log] as number);
  for (const { word, value } of steps) if (isOfBlocks(word, block.log)) rings.add(value);
  rings.delete(0);
  return ({ word }) => [...rings].some((ring) => word >= ring && word < ring + LOG_ENTRIES);
}

const written = (which: (step: Step) => boolean, kind: StepKind) => (steps: Steps) =>
  steps.map((step) => (which(step) ? { ...step, kind } : step));

const without = (which: (step: Step) => boolean) => (steps: Steps) => steps.filter((step) => !which(step));

/** Steps of each publish that come after it is complete instead of before. */
const afterDone =
  (which: (step: Step) => boolean) =>
  (steps: Steps): Step[] => {
    const ordered: Step[] = [];
    let late: Step[] = [];
    for (const step of steps) {
      if (which(step)) late.push(step);
      else ordered.push(step);
      if (!isDone(step)) continue;
      ordered.push(...late);
      late = [];
    }
    return [...ordered, ...late];
  };

/** Each publish counts as complete as soon as it begins. */
function doneEarly(steps: Steps): Step[] {
  const done = steps.filter(isDone);
  return steps.flatMap((step) => {
    if (isDone(step)) return [];
    return isBegun(step)
      ? [step, ...done.filter(({ word, value }) => word === step.word + 1 && value === step.value)]
      : [step];
  });
}

/** Readers are sent to a new arena as soon as its first publish is complete, before every cell is marked. */
function arenaEarly(steps: Steps): Step[] {
  const arenas = steps.filter(isArena);
  const blockOfStep = (word: number) => Math.floor((word - header.arenaBlocks) / BLOCK_WORDS);
  const sent = new Set<Step>();
  return steps.flatMap((step) => {
    if (isArena(step)) return [];
    if (!isDone(step)) return [step];
    const arena = arenas.find((one) => !sent.has(one) && one.value % ARENA_BLOCKS === blockOfStep(step.word));
    if (arena === undefined) return [step];
    sent.add(arena);
    return [step, arena];
  });
}

/** A hand-over marks the cells of its own keys, and no others. */
function onlyOwnMarked(steps: Steps): Step[] {
  let isMarking = false;
  return steps.filter((step) => {
    if (isDone(step)) isMarking = steps.some(isArena);
    if (isArena(step)) isMarking = false;
    return !(isMarking && isCell(step));
  });
}

export const otherwise = {
  openingStore: written((step) => isBegun(step) && step.value !== RETIRED, "store"),
  plainDone: written(isDone, "plain"),
  plainArena: written(isArena, "plain"),
  notRetired: without((step) => isBegun(step) && step.value === RETIRED),
  retiredByStore: written((step) => isBegun(step) && step.value === RETIRED, "store"),
  notMarkedLatest: without(isLatest),
  markedLatestLate: afterDone(isLatest),
  markedCellsLate: afterDone(isCell),
  doneEarly,
  arenaEarly,
  onlyOwnMarked,
};

/** The ring of changed slots is written when the publish is complete already. */
export function ringLate(start: Int32Array): (steps: Steps) => Step[] {
  return (steps) => afterDone(isRing(start, steps))(steps);
}
