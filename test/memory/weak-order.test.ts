/** The shipped reader and the steps of the shipped writer, under a memory model where plain accesses have no order. */
import { afterAll, describe, expect, it } from "vitest";
import { handOver, oneWriter, reuse, type Scenario } from "../support/memory/interleave-cases.js";
import { binding, entry, getter, handle, type Op, view } from "../support/memory/interleave-check.js";
import { type Bounds, checkWeakly, type Deviation } from "../support/memory/weak-order.js";
import { otherwise, ringLate } from "../support/memory/weak-steps.js";

interface Run {
  readonly scenario: () => Scenario;
  /** Reads before the writer begins, and beside it. */
  readonly warm: readonly Op[];
  readonly reads: readonly Op[];
  readonly bounds?: Bounds;
}

/** Set for a longer run: minutes instead of seconds. */
const thorough = process.env.MEMORY_TESTS === "thorough";
const usual: Bounds = { moves: 3, surprises: 1 };
const narrow: Bounds = { moves: 2, surprises: 1 };

const publishes = () =>
  oneWriter(
    [{ a: "a0", b: "b0" }],
    [1, 2, 3].map((i) => ({ a: `a${i}`, b: `b${i}` })),
  );

/** Sets that change keys, add one and remove one. */
const sets = () =>
  oneWriter(
    [{ a: "a0", c: "c0" }],
    [
      { a: "a1", b: "b1", c: undefined },
      { c: "c2", a: "a2", b: undefined },
      { a: "a3", b: "b3" },
    ],
  );

const entries = [entry("a"), entry("b")];
const getters = [getter("a"), getter("b")];

const runs = {
  "publishes, entries": { scenario: publishes, warm: entries, reads: entries },
  "publishes, a fresh reader": { scenario: publishes, warm: [], reads: entries },
  "getters that catch up": { scenario: publishes, warm: getters, reads: getters },
  "getters that catch up beside entries": {
    scenario: publishes,
    warm: [...getters, entry("b")],
    reads: [entry("b"), getter("a")],
  },
  "change sets, views": { scenario: sets, warm: [view], reads: [view, view] },
  "change sets, first views": { scenario: sets, warm: [], reads: [view], bounds: narrow },
  "change sets, bindings": {
    scenario: sets,
    warm: [binding("a", "b", "c")],
    reads: [binding("a", "b", "c"), getter("a")],
    bounds: narrow,
  },
  "a hand-over, getters": {
    scenario: handOver,
    warm: [...getters, getter("d"), getter("c")],
    reads: [getter("b"), getter("d"), getter("c"), getter("a")],
  },
  "a hand-over, entries and a handle": {
    scenario: handOver,
    warm: [entry("b"), handle("c"), entry("d")],
    reads: [entry("d"), handle("c"), entry("b")],
  },
  "a hand-over, views": { scenario: handOver, warm: [view], reads: [view, getter("b"), view] },
  "pages used again, entries": { scenario: reuse, warm: entries, reads: entries, bounds: narrow },
  "pages used again, getters": { scenario: reuse, warm: [getter("a")], reads: getters, bounds: narrow },
} satisfies Record<string, Run>;

type RunName = keyof typeof runs;

/** What each of them breaks is found in each of these runs. */
const deviations: readonly [string, (scenario: Scenario) => Deviation, readonly RunName[]][] = [
  [
    "the reader's closing read-modify-writes are loads",
    () => ({ closesByLoad: true }),
    ["publishes, entries", "getters that catch up", "change sets, views", "pages used again, entries"],
  ],
  [
    "a publish is begun by a store",
    () => ({ steps: otherwise.openingStore }),
    ["publishes, a fresh reader", "getters that catch up", "change sets, first views"],
  ],
  [
    "a publish is completed by a plain write",
    () => ({ steps: otherwise.plainDone }),
    ["publishes, entries", "change sets, bindings", "a hand-over, getters", "a hand-over, views"],
  ],
  [
    "a publish is complete before its set is written",
    () => ({ steps: otherwise.doneEarly }),
    ["publishes, entries", "change sets, views"],
  ],
  [
    "cells are marked after the publish is complete",
    () => ({ steps: otherwise.markedCellsLate }),
    ["publishes, entries", "a hand-over, entries and a handle"],
  ],
  [
    "the word that getters look at is never marked",
    () => ({ steps: otherwise.notMarkedLatest }),
    ["getters that catch up beside entries"],
  ],
  [
    "the word that getters look at is marked after the publish is complete",
    () => ({ steps: otherwise.markedLatestLate }),
    ["getters that catch up beside entries"],
  ],
  [
    "the ring of changed slots is written after the publish is complete",
    ({ trace }) => ({ steps: ringLate(trace.start) }),
    ["getters that catch up", "change sets, views", "a hand-over, getters"],
  ],
  [
    "readers are sent to a new arena before all cells are marked",
    () => ({ steps: otherwise.arenaEarly }),
    ["a hand-over, getters", "a hand-over, entries and a handle"],
  ],
  [
    "a hand-over marks the cells of its own keys alone",
    () => ({ steps: otherwise.onlyOwnMarked }),
    ["a hand-over, getters", "a hand-over, entries and a handle"],
  ],
  [
    "readers are sent to a new arena by a plain write",
    () => ({ steps: otherwise.plainArena }),
    ["a hand-over, getters", "a hand-over, entries and a handle"],
  ],
  [
    "an arena's pages are used again without its being retired",
    () => ({ steps: otherwise.notRetired }),
    ["pages used again, entries", "pages used again, getters"],
  ],
  [
    "an arena is retired by a store",
    () => ({ steps: otherwise.retiredByStore }),
    ["pages used again, entries", "pages used again, getters"],
  ],
];

const explored: string[] = [];
afterAll(() => {
  process.stdout.write(`executions explored:\n${explored.join("\n")}\n`);
});

describe("without an order of plain accesses the shipped reader beside the shipped writer keeps G1 to G3", () => {
  it.each(Object.entries(runs) as [RunName, Run][])("%s", { timeout: 600_000 }, (name, run) => {
    const { scenario, warm, reads, bounds = usual } = run;
    const executions = checkWeakly(scenario(), warm, reads, thorough ? { moves: 3, surprises: 2 } : bounds);
    explored.push(`  ${String(executions).padStart(8)}  ${name}`);
    expect(executions).toBeGreaterThan(100);
  });
});

describe("that is broken, and seen to be, when", () => {
  const cases = deviations.flatMap(([what, deviation, names]) => names.map((name) => [what, name, deviation] as const));

  it.each(cases)("%s: %s", { timeout: 600_000 }, (_what, name, deviation) => {
    const { scenario, warm, reads, bounds = usual }: Run = runs[name];
    const made = scenario();
    expect(() => checkWeakly(made, warm, reads, bounds, deviation(made))).toThrow(/\(G[123]|\(G9/);
  });
});
