/** Small runs of the shipped writer that the interleaving tests look at from every side. */
import { markWritersGone } from "../../../src/memory/facts.js";
import { block, blockOf, header } from "../../../src/memory/layout.js";
import { createRegionMemory, type Region } from "../../../src/memory/region.js";
import { RegionWriter } from "../../../src/memory/writer/region-writer.js";
import type { EffectiveChange, SharedMemory } from "../../../src/shared/types.js";
import { record, type Trace } from "./interleave-trace.js";
import { testLimits } from "./region.js";

/** What a key holds: everything that one publish wrote together. */
export interface Held {
  readonly value: string;
  readonly source: string;
  readonly sequenceId: number;
}

/** All keys at one publish. */
export interface State {
  readonly sequenceId: number;
  readonly keys: ReadonlyMap<string, Held>;
}

export interface Scenario {
  readonly memory: SharedMemory;
  readonly trace: Trace;
  /** By number of states that became visible since the recording began. */
  readonly states: readonly State[];
}

/** A writer and what it has published. */
export class Author {
  readonly writer: RegionWriter;
  keys = new Map<string, Held>();
  sequenceId: number;

  constructor(region: Region, sequenceId = 0, publishesPerArena?: number) {
    this.writer = new RegionWriter(region, testLimits, () => 1_700_000_000_000, { publishesPerArena });
    this.sequenceId = sequenceId;
  }

  /** One publish. `undefined` removes a key; a key's source differs from key to key. */
  publish(values: { readonly [key: string]: string | undefined }): void {
    const sequenceId = ++this.sequenceId;
    const changes: EffectiveChange[] = [];
    const keys = new Map(this.keys);
    for (const [key, value] of Object.entries(values)) {
      const source = sourceOf(key);
      const setting = value === undefined ? undefined : { value, source, layers: undefined };
      changes.push({ key, setting, oldValue: this.keys.get(key)?.value, valueChanged: true });
      if (value === undefined) keys.delete(key);
      else keys.set(key, { value, source, sequenceId });
    }
    this.writer.publish({ sequenceId, origin: "o", changes });
    this.keys = keys;
  }

  get state(): State {
    return { sequenceId: this.sequenceId, keys: this.keys };
  }
}

/** Source of a key in all scenarios. */
export function sourceOf(key: string): string {
  return `s${key.slice(0, 1)}`;
}

type Values = { readonly [key: string]: string | undefined };

/** One writer that publishes `before` unseen, then `publishes` one by one. */
export function oneWriter(
  before: readonly Values[],
  publishes: readonly Values[],
  publishesPerArena?: number,
): Scenario {
  const memory = createRegionMemory(4 * 2 ** 20);
  const states: State[] = [];
  let author: Author | undefined;
  const trace = record(
    memory,
    (region) => {
      author = new Author(region, 0, publishesPerArena);
      for (const values of before) author.publish(values);
      states.push(author.state);
    },
    publishes.map((values) => () => {
      author?.publish(values);
      states.push((author as Author).state);
    }),
  );
  return { memory, trace, states };
}

/** Writers one after another, each beginning with a whole state; `gone` says that the earlier ones have ended. */
export function successors(
  before: (region: Region) => State,
  lives: readonly { readonly publishes: readonly Values[]; readonly prepare?: (region: Region) => void }[],
): Scenario {
  const memory = createRegionMemory(4 * 2 ** 20);
  const states: State[] = [];
  const runs = lives.flatMap(({ publishes, prepare }) => {
    let author: Author | undefined;
    return publishes.map((values, index) => (region: Region) => {
      if (index === 0) prepare?.(region);
      author ??= new Author(region, (states.at(-1) as State).sequenceId);
      author.publish(values);
      states.push(author.state);
    });
  });
  const trace = record(memory, (region) => states.push(before(region)), runs);
  return { memory, trace, states };
}

/** A former writer's state, as a successor finds it. */
export function former(values: Record<string, string>): (region: Region) => State {
  return (region) => {
    const author = new Author(region);
    author.publish(values);
    return author.state;
  };
}

/** A second writer, which drops a key, adds one and changes another. */
export function handOver(): Scenario {
  return successors(former({ a: "a0", b: "b0", c: "c0" }), [
    {
      prepare: markWritersGone,
      publishes: [
        { d: "d1", b: "b1" },
        { b: "b2", a: "a2" },
      ],
    },
  ]);
}

/** The third writer uses the pages of the first again. */
export function reuse(): Scenario {
  return successors(former({ a: "a0", b: "b0" }), [
    { prepare: markWritersGone, publishes: [{ b: "b1", a: "a1" }] },
    { prepare: markWritersGone, publishes: [{ c: "c2", a: "a2", b: "b2" }] },
  ]);
}

/** Index of the visible state at every position of a trace: a hand-over shows the state before it ends its own marking. */
export function visibility(scenario: Scenario): number[] {
  const { trace } = scenario;
  const memory = trace.start.slice();
  const words = new Map<number, number>();
  const at = (word: number) => words.get(word) ?? (memory[word] as number);
  const shown = () => `${at(header.arena)}:${at(blockOf(at(header.arena)) + block.done)}`;
  const changes: number[] = [];
  let last = shown();
  const index = [0];
  trace.steps.forEach(({ word, value }, step) => {
    words.set(word, value);
    const now = shown();
    if (now !== last) changes.push(step + 1);
    last = now;
    index.push(changes.length);
  });
  if (changes.length !== scenario.states.length - 1) {
    throw new Error(`${changes.length} states became visible, not ${scenario.states.length - 1}`);
  }
  return index;
}
