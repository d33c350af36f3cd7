/** What a reader may see while a recorded writer runs: the guarantees, as a check of single observations. */
import { isDeepStrictEqual } from "node:util";
import { createReader } from "../../../src/main/reader/reader.js";
import { counterNames } from "../../../src/memory/counters.js";
import { header } from "../../../src/memory/layout.js";
import { KeyReader } from "../../../src/memory/reader/key-reader.js";
import { explore, Schedule, ScheduledRegion, type Timeline, timelineOf } from "./interleave.js";
import { type Held, type Scenario, type State, visibility } from "./interleave-cases.js";

const mismatches = header.counters + counterNames.indexOf("checksumMismatches");
const contended = header.counters + counterNames.indexOf("contendedReads");

/** One observation of a test's reader. */
export type Op =
  /** Value, source and sequence id by entry. */
  | { readonly kind: "entry"; readonly key: string }
  /** By the hot getter. */
  | { readonly kind: "getter"; readonly key: string }
  /** By `get`, which may ask for a section, and is then remembered apart from other answers. */
  | { readonly kind: "get"; readonly key: string }
  /** Whether anything has a value: of the key, or below it. */
  | { readonly kind: "set"; readonly key: string }
  /** By a handle made at the first read of its key. */
  | { readonly kind: "handle"; readonly key: string }
  /** All settings below a name, as one object. */
  | { readonly kind: "section"; readonly key: string }
  /** The same by a handle made at the first read of the name. */
  | { readonly kind: "section handle"; readonly key: string }
  | { readonly kind: "view" }
  /** By a binding of some keys, made at the first read of these. */
  | { readonly kind: "binding"; readonly key: string };

export const entry = (key: string): Op => ({ kind: "entry", key });
export const getter = (key: string): Op => ({ kind: "getter", key });
export const get = (key: string): Op => ({ kind: "get", key });
export const isSet = (key: string): Op => ({ kind: "set", key });
export const handle = (key: string): Op => ({ kind: "handle", key });
export const section = (key: string): Op => ({ kind: "section", key });
export const sectionHandle = (key: string): Op => ({ kind: "section handle", key });
export const binding = (...keys: string[]): Op => ({ kind: "binding", key: keys.join(" ") });
export const view: Op = { kind: "view" };

/**
 * Most shared accesses of one read of a small value, and of one view of a few keys, however the writer moves; a reader whose
 * arena is used again may also take a senseless length for a record's, and copy up to the memory's end before it finds out.
 */
const MOST_ACCESSES = 4_000;

/** Of the states of a scenario, by name: made once, because the same ones are looked at in each of many thousand behaviours. */
const sectionsOf = new WeakMap<readonly State[], Map<string, readonly unknown[]>>();

/** Keys of one part below the name only; without any, the setting of that name. */
function sectionOf({ keys }: State, name: string): unknown {
  const below = [...keys].filter(([key]) => key.startsWith(`${name}.`));
  return below.length === 0
    ? keys.get(name)?.value
    : Object.fromEntries(below.map(([key, { value }]) => [key.slice(name.length + 1), value]));
}

/** What one read gave. */
interface Seen {
  readonly text: () => string;
  /** Whether a state shows just that. */
  readonly isState: (index: number) => boolean;
}

/** What one reading thread has seen, and what it may see next. */
export class Watcher {
  readonly #scenario: Scenario;
  readonly #index: readonly number[];
  readonly #schedule: Schedule;
  readonly #region: ScheduledRegion;
  readonly #entries: KeyReader | undefined;
  readonly #ownReader: ReturnType<typeof createReader> | undefined;
  readonly #handles = new Map<string, { readonly value: unknown }>();
  readonly #sectionHandles = new Map<string, { readonly value: unknown }>();
  readonly #bindings = new Map<string, { readonly value: { readonly [key: string]: string } }>();
  /** Made into texts only when something is wrong. */
  readonly #log: (() => string)[] = [];
  readonly #memoryWords: number;
  /** The least publish that this thread may still see. */
  #atLeast = 0;

  /** `ops`: what it will be asked to read. Only what these need is made, because in short behaviours that takes most of the time. */
  constructor(
    scenario: Scenario,
    index: readonly number[],
    schedule: Schedule,
    region: ScheduledRegion,
    ops: readonly Op[],
  ) {
    this.#scenario = scenario;
    this.#index = index;
    this.#schedule = schedule;
    this.#region = region;
    this.#memoryWords = scenario.memory.buffer.byteLength / 4;
    if (ops.some(({ kind }) => kind === "entry")) this.#entries = new KeyReader(region);
    if (ops.some(({ kind }) => kind !== "entry")) this.#ownReader = createReader(region);
  }

  /** Reads, and checks G1 to G4 and freshness. */
  observe(op: Op): void {
    const schedule = this.#schedule;
    const startedAt = schedule.seesAtOnce ? this.#visible() : 0;
    schedule.accesses = 0;
    const matches = this.#read(op);
    const endedAt = this.#visible();
    this.#log.push(() => `${op.kind} ${"key" in op ? op.key : ""} → ${matches.text()}, states ${startedAt}–${endedAt}`);
    if (schedule.accesses > MOST_ACCESSES + this.#memoryWords) this.#fail(`${schedule.accesses} shared accesses (G4)`);
    const notBefore = Math.max(this.#atLeast, startedAt);
    let wasPublished = false;
    let found: number | undefined;
    for (let i = 0; i < this.#scenario.states.length && found === undefined; i++) {
      if (!matches.isState(i)) continue;
      wasPublished = true;
      if (i >= notBefore) found = i;
    }
    if (!wasPublished) this.#fail("nobody ever published that (G1, G3)");
    if (found === undefined)
      this.#fail(`publish ${notBefore} was seen or was complete before this read (G2, freshness)`);
    if ((found as number) > endedAt) this.#fail("a publish that is not complete was seen (G3)");
    this.#atLeast = found as number;
  }

  /** Nothing may have relied on the checksum, and no read may have given up. */
  settle(): void {
    if (this.#region.added.has(mismatches)) this.#fail("the checksum was needed (G9 is a net, not the protocol)");
    if (this.#region.added.has(contended)) this.#fail("a read gave up although the writer made few publishes");
  }

  get #reader(): ReturnType<typeof createReader> {
    return this.#ownReader as ReturnType<typeof createReader>;
  }

  #visible(): number {
    return this.#index[this.#schedule.position] as number;
  }

  #read(op: Op): Seen {
    const { states } = this.#scenario;
    if (op.kind === "view") {
      const seen = this.#reader.view();
      const held = seen.keys().map((key): [string, Held] => {
        return [key, { value: seen.getString(key), source: seen.getSource(key), sequenceId: seen.sequenceId }];
      });
      return {
        text: () =>
          `${seen.sequenceId} ${held.map(([key, { value, source }]) => `${key}=${value}@${source}`).join(" ")}`,
        isState(index) {
          const { sequenceId, keys } = states[index] as (typeof states)[number];
          return (
            sequenceId === seen.sequenceId &&
            keys.size === held.length &&
            held.every(([key, { value, source }]) => keys.get(key)?.value === value && keys.get(key)?.source === source)
          );
        },
      };
    }
    if (op.kind === "binding") return this.#binding(op.key);
    if (op.kind === "section") return this.#section(op.key, this.#reader.get(op.key));
    if (op.kind === "section handle") return this.#section(op.key, this.#sectionHandle(op.key).value);
    const { key } = op;
    const stateHeld = (index: number) => states[index]?.keys.get(key);
    if (op.kind === "entry") {
      const { value, source, sequenceId } = (this.#entries as KeyReader).entry(key).state;
      return {
        text: () => `${value}@${source}#${sequenceId}`,
        isState: (i) =>
          stateHeld(i)?.value === value &&
          (stateHeld(i)?.source ?? "") === source &&
          (stateHeld(i)?.sequenceId ?? 0) === sequenceId,
      };
    }
    if (op.kind === "get") {
      const value = this.#reader.get(key);
      return { text: () => String(value), isState: (i) => stateHeld(i)?.value === value };
    }
    if (op.kind === "set") {
      const seen = this.#reader.isSet(key);
      const isBelow = (name: string) => name === key || name.startsWith(`${key}.`);
      return { text: () => String(seen), isState: (i) => [...(states[i] as State).keys.keys()].some(isBelow) === seen };
    }
    const value = op.kind === "getter" ? this.#reader.getString(key, "-") : this.#handle(key).value;
    return { text: () => String(value), isState: (i) => (stateHeld(i)?.value ?? "-") === value };
  }

  #section(name: string, seen: unknown): Seen {
    const below = this.#sections(name);
    return {
      text: () => JSON.stringify(seen) ?? "-",
      isState: (index) => isDeepStrictEqual(below[index], seen),
    };
  }

  /** What is below a name, by state. */
  #sections(name: string): readonly unknown[] {
    const { states } = this.#scenario;
    const known = sectionsOf.get(states) ?? new Map<string, readonly unknown[]>();
    sectionsOf.set(states, known);
    const sections = known.get(name) ?? states.map((state) => sectionOf(state, name));
    known.set(name, sections);
    return sections;
  }

  #binding(keys: string): Seen {
    let made = this.#bindings.get(keys);
    if (made === undefined) {
      const reader = this.#reader;
      made = reader.bind(Object.fromEntries(keys.split(" ").map((key) => [key, reader.setting(key).asString("-")])));
      this.#bindings.set(keys, made);
    }
    const seen = made.value;
    return {
      text: () => JSON.stringify(seen),
      isState: (index) =>
        Object.entries(seen).every(
          ([key, value]) => (this.#scenario.states[index]?.keys.get(key)?.value ?? "-") === value,
        ),
    };
  }

  #sectionHandle(name: string): { readonly value: unknown } {
    let made = this.#sectionHandles.get(name);
    if (made === undefined) {
      made = this.#reader.setting(name).as((value) => value);
      this.#sectionHandles.set(name, made);
    }
    return made;
  }

  #handle(key: string): { readonly value: unknown } {
    let made = this.#handles.get(key);
    if (made === undefined) {
      made = this.#reader.setting(key).asString("-");
      this.#handles.set(key, made);
    }
    return made;
  }

  #fail(why: string): never {
    throw new Error(
      `${why}\n  ${this.#log.map((what) => what()).join("\n  ")}\n  writer at step ${this.#schedule.position}`,
    );
  }
}

/**
 * All behaviours of a reader that makes the `warm` reads before the recording and the `ops` while the writer runs; gives how
 * many there are. Between reads the writer may also publish unseen, which is what freshness is measured against. `moves` bounds
 * how often the writer moves: needed only where a reader walks through memory that is being filled anew, since there every
 * word it copies can be of any age.
 */
export function checkAll(
  scenario: Scenario,
  warm: readonly Op[],
  ops: readonly Op[],
  moves = Number.POSITIVE_INFINITY,
): number {
  const timeline = timelineOf(scenario.trace);
  const index = visibility(scenario);
  const shown = index.flatMap((state, position) => (state !== (index[position - 1] ?? 0) ? [position] : []));
  const all = [...ops, ...warm];
  return explore(timeline, scenario.memory, (region, schedule) => {
    schedule.end = 0;
    const watcher = new Watcher(scenario, index, schedule, region, all);
    for (const op of warm) watcher.observe(op);
    schedule.end = timeline.length;
    schedule.moves = moves;
    for (const op of ops) {
      schedule.advance(shown);
      watcher.observe(op);
    }
    schedule.position = timeline.length;
    for (const op of all) watcher.observe(op);
    watcher.settle();
  });
}

/** The writer stops for ever after each of its steps: all reads give the last published state. Gives how many stops there were. */
export function checkStops(scenario: Scenario, warm: readonly Op[], ops: readonly Op[]): number {
  const timeline = timelineOf(scenario.trace);
  const index = visibility(scenario);
  const all = [...warm, ...ops];
  for (let stop = 0; stop <= timeline.length; stop++) {
    const schedule = new StoppedSchedule(timeline, stop);
    const region = new ScheduledRegion(scenario.memory, schedule);
    const known = new Watcher(scenario, index, schedule, region, all);
    for (const op of warm) known.observe(op);
    schedule.stop();
    for (const watcher of [known, new Watcher(scenario, index, schedule, region, ops)]) {
      for (const op of [...ops, ...ops]) watcher.observe(op);
      watcher.settle();
    }
  }
  return timeline.length + 1;
}

/** A writer that makes no step, then a number of steps, then never one again. */
class StoppedSchedule extends Schedule {
  readonly #at: number;

  constructor(timeline: Timeline, at: number) {
    super(timeline, [], 0);
    this.#at = at;
  }

  stop(): void {
    this.position = this.#at;
    this.end = this.#at;
  }
}
