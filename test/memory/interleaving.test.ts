import { afterAll, describe, expect, it } from "vitest";
import { createReader } from "../../src/main/reader/reader.js";
import { markWritersGone } from "../../src/memory/facts.js";
import { CELLS_PER_CHUNK, header, MAX_CELL_CHUNKS, RANGES_PER_CELL_EPOCH } from "../../src/memory/layout.js";
import { KeyReader } from "../../src/memory/reader/key-reader.js";
import { Region } from "../../src/memory/region.js";
import {
  Author,
  former,
  handOver,
  oneWriter,
  reuse,
  type Scenario,
  type State,
  successors,
  visibility,
} from "../support/memory/interleave-cases.js";
import {
  binding,
  checkAll,
  checkStops,
  entry,
  get,
  getter,
  handle,
  isSet,
  type Op,
  view,
} from "../support/memory/interleave-check.js";
import { memoryAfter, SIZE } from "../support/memory/interleave-trace.js";
import { newRegion } from "../support/memory/region.js";

interface Case {
  readonly name: string;
  readonly scenario: () => Scenario;
  readonly warm?: readonly Op[];
  readonly reads: readonly Op[];
  /** Most moves of the writer, when not all behaviours are visited. */
  readonly moves?: number;
}

/** Set for a longer run: more reads and publishes, minutes instead of seconds. */
const thorough = process.env.MEMORY_TESTS === "thorough";
/** Where there are most behaviours: how often the writer may move on within the reads, if not as often as it can. */
const someMoves = thorough ? {} : { moves: 6 };
const ab = [entry("a"), entry("b")];
/** Bytes that the memories of these small runs may grow to. */
const SMALL = 4 * 2 ** 20;
const base = { a: "a0", b: "b0" };

const publishes = (count: number) => Array.from({ length: count }, (_, i) => ({ a: `a${i + 1}`, b: `b${i + 1}` }));
const bothKeys = (count: number) => () => oneWriter([base], publishes(count));

/** What is in the page before a publish, so that this publish must grow the memory. */
function growing(): Scenario {
  for (let fill = 60; fill > 0; fill--) {
    const filled = Object.fromEntries(Array.from({ length: fill }, (_, i) => [`f${i}`, "x".repeat(400)]));
    const scenario = oneWriter([{ ...base, ...filled }], [{ a: "a".repeat(400) }, { b: "b2", a: "a2" }]);
    const grown = scenario.trace.steps.findIndex(({ word }) => word === SIZE);
    if (grown >= 0 && grown < (scenario.trace.visibleAt[1] as number)) return scenario;
  }
  throw new Error("no publish grew the memory");
}

/** The table of 64 entries is replaced when the 52nd key comes. */
const growingTable = () =>
  oneWriter(
    [Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, "x"]))],
    [{ a: "a1" }, { k7: "y", b: "b2" }],
  );

/** A block of a is freed and then holds what b becomes. */
const passedOn = () => oneWriter([base], [{ a: "a long value" }, { a: "a longer one" }, { b: "b3" }]);
const removed = () => oneWriter([base], [{ a: undefined }, { a: "a2", b: "b2" }, { a: undefined }]);
const added = () => oneWriter([{ a: "a0" }], [{ b: "b1" }, { b: "b2", a: "a2" }, { c: "c3" }]);

const cases: readonly Case[] = [
  { name: "two keys, three publishes, fresh reader", scenario: bothKeys(3), reads: [...ab, entry("a")] },
  { name: "two keys, three publishes, warm reader", scenario: bothKeys(3), warm: ab, reads: [...ab, entry("a")] },
  {
    name: "getters and handles",
    scenario: bothKeys(3),
    warm: [getter("a"), handle("a")],
    reads: [getter("a"), getter("b"), handle("a")],
    ...someMoves,
  },
  {
    name: "getters that know both keys",
    scenario: bothKeys(3),
    warm: [getter("a"), getter("b")],
    reads: [getter("a"), getter("b"), getter("a")],
    ...someMoves,
  },
  {
    name: "getters beside entries",
    scenario: bothKeys(3),
    warm: [getter("a"), getter("b")],
    reads: [getter("a"), entry("b"), getter("a")],
    ...someMoves,
  },
  {
    name: "getters of keys of which some do not change",
    scenario: () => oneWriter([{ ...base, c: "c0" }], [{ a: "a1" }, { b: "b2" }, { a: "a3" }]),
    warm: [getter("a"), getter("b"), getter("c")],
    reads: [getter("c"), getter("b"), getter("a"), getter("b")],
  },
  { name: "first views", scenario: bothKeys(2), reads: [view, getter("a")] },
  { name: "later views", scenario: bothKeys(3), warm: [view], reads: [view, getter("a"), view], ...someMoves },
  {
    name: "bytes handed from one key to another",
    scenario: passedOn,
    warm: [entry("a")],
    reads: [entry("a"), entry("b"), entry("a")],
  },
  { name: "bytes handed on, in views", scenario: passedOn, warm: [view], reads: [view, view] },
  { name: "growth of the memory", scenario: growing, warm: [entry("a")], reads: [entry("a"), entry("b")] },
  {
    name: "a new key",
    scenario: added,
    warm: [entry("b"), entry("c")],
    reads: [entry("b"), entry("a"), entry("c"), entry("b")],
  },
  {
    name: "a new key, getters",
    scenario: added,
    warm: [getter("b"), getter("c"), getter("a")],
    reads: [getter("b"), getter("a"), getter("c"), getter("b")],
    ...someMoves,
  },
  {
    name: "a new key, getters that may ask for sections",
    scenario: added,
    warm: [isSet("b")],
    reads: [isSet("b"), isSet("b")],
  },
  { name: "a new key, fresh reader", scenario: added, reads: [entry("b"), entry("c")] },
  { name: "a new key in views", scenario: added, warm: [view], reads: [view, getter("b"), view], ...someMoves },
  {
    name: "a larger table",
    scenario: growingTable,
    warm: [entry("a"), entry("k7")],
    reads: [entry("a"), entry("k7"), entry("b")],
  },
  { name: "removal and return", scenario: removed, warm: ab, reads: [...ab, ...ab] },
  {
    name: "removal and return, getters",
    scenario: removed,
    warm: [getter("a"), getter("b")],
    reads: [getter("a"), getter("b"), getter("a"), getter("b")],
    ...someMoves,
  },
  {
    name: "removal and return, getters that may ask for sections",
    scenario: removed,
    warm: [get("a")],
    reads: [get("a"), get("a")],
  },
  { name: "removal and return in views", scenario: removed, warm: [view], reads: [view, getter("a"), view] },
  { name: "hand-over", scenario: handOver, warm: [...ab, entry("d")], reads: [...ab, entry("d"), entry("a")] },
  {
    name: "hand-over, a key that is gone",
    scenario: handOver,
    warm: [entry("c"), entry("d"), handle("c")],
    reads: [entry("d"), entry("c"), handle("c"), entry("d")],
  },
  {
    name: "hand-over, handles",
    scenario: handOver,
    warm: [handle("a"), handle("b")],
    reads: [handle("a"), handle("b"), handle("a")],
  },
  {
    name: "hand-over, getters",
    scenario: handOver,
    warm: [getter("a"), getter("b"), getter("c"), getter("d")],
    reads: [getter("b"), getter("d"), getter("c"), getter("a")],
  },
  { name: "hand-over, views", scenario: handOver, warm: [view], reads: [view, getter("b"), view] },
  { name: "pages used again", scenario: reuse, warm: ab, reads: [...ab, entry("a")], moves: 3 },
  {
    name: "pages used again, getters",
    scenario: reuse,
    warm: [getter("a"), getter("b")],
    reads: [getter("a"), getter("b")],
    moves: 3,
  },
  { name: "pages used again, fresh reader", scenario: reuse, reads: ab, moves: 3 },
  { name: "pages used again, views", scenario: reuse, warm: [view], reads: [view, getter("b")], moves: 4 },
  {
    name: "one writer that goes from arena to arena",
    scenario: () => oneWriter([base], publishes(2), 4),
    warm: ab,
    reads: [...ab, ...ab],
  },
  {
    name: "one writer that goes from arena to arena, getters",
    scenario: () => oneWriter([base], publishes(2), 4),
    warm: [getter("a"), getter("b")],
    reads: [getter("a"), getter("b"), getter("a")],
  },
  {
    name: "later bindings",
    scenario: bothKeys(3),
    warm: [binding("a", "b")],
    reads: [binding("a", "b")],
    moves: 4,
  },
  { name: "first bindings", scenario: bothKeys(3), reads: [binding("a", "b")], moves: 3 },
  {
    name: "new keys in bindings",
    scenario: added,
    warm: [binding("a", "b", "c")],
    reads: [binding("a", "b", "c")],
    moves: 3,
  },
  { name: "removal in bindings", scenario: removed, warm: [binding("a", "b")], reads: [binding("a", "b")], moves: 3 },
  { name: "hand-over, bindings", scenario: handOver, warm: [binding("a", "d")], reads: [binding("a", "d")], moves: 3 },
  ...(thorough
    ? [
        { name: "thorough: four reads", scenario: bothKeys(3), reads: [...ab, ...ab] },
        { name: "thorough: four publishes", scenario: bothKeys(4), reads: [...ab, entry("a")] },
        { name: "thorough: first views, three publishes", scenario: bothKeys(3), reads: [view, view] },
        { name: "thorough: fresh views over reused pages", scenario: reuse, reads: [view, view], moves: 4 },
      ]
    : []),
];

/** A set that changes one key, adds one, and removes one, in turn. */
const set = () =>
  oneWriter(
    [{ a: "a0", c: "c0" }],
    [
      { a: "a1", b: "b1", c: undefined },
      { c: "c2", a: "a2", b: undefined },
    ],
  );

const explored: string[] = [];
afterAll(() => {
  process.stdout.write(`behaviours explored:\n${explored.join("\n")}\n`);
});

describe("every behaviour of the shipped reader beside the shipped writer keeps G1 to G4", () => {
  for (const { name, scenario, warm = [], reads, moves } of cases) {
    it(name, { timeout: 600_000 }, () => {
      const behaviours = checkAll(scenario(), warm, reads, moves);
      explored.push(
        `  ${String(behaviours).padStart(8)}  ${name}${moves ? `, at most ${moves} moves of the writer` : ""}`,
      );
      expect(behaviours).toBeGreaterThan(1);
    });
  }
});

describe("a change set", () => {
  it.each<[string, readonly Op[]]>([
    ["a fresh reader", []],
    ["a reader that has taken a view", [view]],
  ])("is seen whole by every view, whatever it adds, changes and removes: %s", { timeout: 600_000 }, (_name, warm) => {
    expect(checkAll(set(), warm, [view, view], someMoves.moves)).toBeGreaterThan(1);
  });

  it("would be seen in halves if it were published key by key, and that is found", () => {
    const { states, ...rest } = oneWriter([base], [{ a: "a1" }, { b: "b1" }]);
    const [before, half, after] = states as [State, State, State];
    const asOneSet = { ...rest, states: [before, { ...half, keys: before.keys }, after] };
    expect(() => checkAll(asOneSet, [view], [view])).toThrow();
  });
});

const scenarios = { bothKeys: bothKeys(2), set, passedOn, growing, added, growingTable, removed, handOver, reuse };

describe("a writer that stops for ever after any of its steps", () => {
  it.each(Object.entries(scenarios))(
    "leaves the last published state readable: %s",
    { timeout: 120_000 },
    (_name, scenario) => {
      const warm = [entry("a"), entry("b"), entry("d"), handle("a"), view, binding("a", "b", "d")];
      const reads = [...warm, getter("a"), entry("c"), view];
      expect(checkStops(scenario(), warm, reads)).toBeGreaterThan(10);
    },
  );

  it.each(Object.entries(scenarios))(
    "can be followed by another, which spoils nothing: %s",
    { timeout: 120_000 },
    (_name, make) => {
      const scenario = make();
      const { trace, states } = scenario;
      const visible = visibility(scenario);
      for (let stop = 0; stop <= trace.steps.length; stop++) {
        if (isInsideMarking(scenario, stop)) continue;
        const memory = memoryAfter(trace, stop, SMALL);
        const region = new Region(memory);
        const warm = new KeyReader(region);
        const views = createReader(region);
        const state = states[visible[stop] as number] as State;
        for (const [key, { value }] of state.keys)
          expect(warm.entry(key).state.value, `${key}, stop ${stop}`).toBe(value);
        views.view();
        markWritersGone(region);
        const heir = new Author(region, 100);
        for (const values of [{ a: "heir", new: "1" }, { b: "heir" }, { a: undefined }]) {
          heir.publish(values);
          for (const key of ["a", "b", "c", "d", "new", ...state.keys.keys()]) {
            const expected = heir.keys.get(key)?.value;
            expect(warm.entry(key).state.value, `${key} by a warm reader, stop ${stop}`).toBe(expected);
            expect(new KeyReader(region).entry(key).state.value, `${key} afresh, stop ${stop}`).toBe(expected);
          }
          expect(views.view().keys(), `stop ${stop}`).toEqual([...heir.keys.keys()].sort());
        }
      }
    },
  );
});

describe("a writer that stops while it moves the cells, since all 32-bit numbers have been used", () => {
  it("leaves the last state readable, and its successor moves them again", { timeout: 60_000 }, () => {
    // Two chunks of cells, of which the next arena needs one.
    const many = Object.fromEntries(Array.from({ length: CELLS_PER_CHUNK + 50 }, (_, i) => [`k${i}`, `v${i}`]));
    const scenario = successors(former(many), [
      {
        prepare(region) {
          region.store(header.rangesTaken, RANGES_PER_CELL_EPOCH);
          markWritersGone(region);
        },
        publishes: [{ k3: "new" }],
      },
    ]);
    const { trace, states } = scenario;
    const visible = visibility(scenario);
    const isTold = (word: number) =>
      (word >= header.cellChunkAt && word < header.cellChunkAt + MAX_CELL_CHUNKS) ||
      [header.cellChunks, header.cellEpoch, header.arena, SIZE].includes(word);
    const stops = trace.steps.flatMap(({ word }, step) => (isTold(word) ? [step, step + 1] : []));
    expect(stops.length).toBeGreaterThan(8);
    for (const stop of new Set(stops)) {
      const region = new Region(memoryAfter(trace, stop, SMALL));
      const state = states[visible[stop] as number] as State;
      const warm = new KeyReader(region);
      const look = (reader: KeyReader, keys: ReadonlyMap<string, { value: string }>) => {
        for (const key of ["k3", "k7", `k${CELLS_PER_CHUNK + 5}`, "heir"]) {
          expect(reader.entry(key).state.value, `${key}, stop ${stop}`).toBe(keys.get(key)?.value);
        }
      };
      look(warm, state.keys);
      markWritersGone(region);
      const heir = new Author(region, 100);
      for (const values of [{ k3: "heir's", heir: "1" }, { k3: "again" }]) {
        heir.publish(values);
        look(warm, heir.keys);
        look(new KeyReader(new Region(region.memory)), heir.keys);
      }
    }
  });
});

/** A hand-over marks thousands of cells that belong to no key; stops in the middle of that are all alike. */
function isInsideMarking({ trace }: Scenario, stop: number): boolean {
  const isCell = (step: number) => {
    const word = trace.steps[step]?.word ?? SIZE;
    return word > header.firstCells + 64 && word < header.firstCells + 4_096;
  };
  return isCell(stop - 2) && isCell(stop - 1) && isCell(stop) && isCell(stop + 1);
}

describe("a writer that was only thought dead", () => {
  it("is mute from the moment its successor exists, and never takes over again", () => {
    const region = newRegion();
    const zombie = new Author(region, 0, 4);
    zombie.publish(base);
    const heir = new Author(region, 10);
    const reader = new KeyReader(region);
    zombie.publish({ a: "zombie" });
    expect(reader.entry("a").state.value).toBe("a0");
    heir.publish({ a: "heir" });
    for (let i = 0; i < 40; i++) zombie.publish({ a: `zombie ${i}`, [`z${i}`]: "z" });
    const neverPublished = new Author(region, 20);
    const last = new Author(region, 30);
    last.publish({ a: "last" });
    neverPublished.publish({ a: "late" });
    expect(reader.entry("a").state.value).toBe("last");
    expect(reader.entry("z3").state.value).toBeUndefined();
  });
});
