/**
 * A small exhaustive model of the protocol under a memory model like ECMAScript's.
 *
 * **What is modelled.** One writer, one reader; one slot with two descriptors, each a number and the place of a value of two
 * words; the words `begun` and `done`; four publishes, each of which changes this slot or another one. Atomics are sequentially
 * consistent: all of them are in one total order, and an atomic read sees the last atomic write before it. Plain accesses are
 * ordered by nothing but happens-before, which is program order within a thread and, between threads, from an atomic write (or a
 * read-modify-write) to the atomic read (or read-modify-write) that sees it. A plain read may see **any** write that does not
 * happen after it and that is not hidden by another write that happens after that one and before the read (ECMAScript 2024, 29.9
 * and 29.10). So plain reads may see old values, values of the future (what a reordering processor or compiler could show), and
 * tear.
 *
 * Every total order of the atomics is enumerated, and under each every choice of what each plain read sees.
 *
 * **What it does not cover.** More slots, arenas and threads (the shipped code itself is run with those in weak-order.ts, not in every
 * execution, and stepped through them in interleaving.test.ts, under sequential consistency); stronger coherence that real machines give; the checksum, which is
 * left out on purpose, so that nothing but the protocol protects the reader; the engine's treatment of plain reads in
 * loops (no-hoisting.test.ts). Reads of the future are bounded by the model's writes, values are not invented.
 */

/** Deviations from the shipped protocol; each must be detected. */
export interface Variant {
  /** R3 is a load instead of a read-modify-write. */
  readonly closingLoad?: boolean;
  /** W1 is a store instead of a read-modify-write. */
  readonly openingStore?: boolean;
  /** W2 overwrites the newer descriptor. */
  readonly overwriteNewer?: boolean;
  /** The bytes of the newer descriptor are written, one publish before they are free. */
  readonly reuseEarly?: boolean;
  /** W4 comes before the descriptor is written. */
  readonly doneEarly?: boolean;
  /** `recordStillValid` does not ask whether the number that was read is one that R1 allows. */
  readonly anyNumber?: boolean;
  /** `recordStillValid` ignores a number in the other descriptor that is newer than R3's. */
  readonly laterIgnored?: boolean;
}

type Place = string;

interface Event {
  readonly thread: "writer" | "reader";
  /** Index in program order. */
  readonly index: number;
  readonly kind: "plain-write" | "store" | "load" | "rmw" | "plain-read";
  readonly place: Place;
  /** What a write writes; a read-modify-write without a value adds 0. */
  readonly value?: number;
}

/** One execution in which the reader returned something that no publish wrote, or an old state. */
export interface Violation {
  readonly returned: readonly [number, number];
  readonly newestComplete: number;
  readonly steps: readonly string[];
}

export interface Outcome {
  /** Executions in which the reader's check passed, and in which it refused. */
  readonly accepted: number;
  readonly refused: number;
  readonly violation: Violation | undefined;
}

const PUBLISHES = 4;
/** Number that stands for the first state, which is there before anything runs. */
const FIRST = 10;
/** Value words of a publish: both hold its number. */
const initial: Record<Place, number> = {
  begun: FIRST,
  done: FIRST,
  "A.number": FIRST,
  "A.at": 0,
  "B.number": 0,
  "B.at": 1,
  "bytes0.0": FIRST,
  "bytes0.1": FIRST,
  "bytes1.0": 0,
  "bytes1.1": 0,
};

/** The writer's program: it depends on nothing that the reader does. */
function writerEvents(variant: Variant, pattern: readonly boolean[]): Event[] {
  const events: Event[] = [];
  const emit = (kind: Event["kind"], place: Place, value: number) =>
    events.push({ thread: "writer", index: events.length, kind, place, value });
  const slots = { A: { number: FIRST, at: 0 }, B: { number: 0, at: 1 } };
  pattern.forEach((changesSlot, index) => {
    const publish = FIRST + 1 + index;
    const older = slots.A.number < slots.B.number ? "A" : "B";
    const newer = older === "A" ? "B" : "A";
    const target = variant.overwriteNewer ? newer : older;
    // The bytes of the descriptor that is overwritten are free from now on; early reuse takes the other's.
    const at = slots[variant.reuseEarly ? newer : target].at;
    emit(variant.openingStore ? "store" : "rmw", "begun", publish);
    const close = () => emit("store", "done", publish);
    if (!changesSlot) {
      close();
      return;
    }
    if (variant.doneEarly) close();
    emit("plain-write", `bytes${at}.0`, publish);
    emit("plain-write", `bytes${at}.1`, publish);
    emit("plain-write", `${target}.number`, publish);
    emit("plain-write", `${target}.at`, at);
    if (!variant.doneEarly) close();
    slots[target] = { number: publish, at };
  });
  return events;
}

/** Runs every execution of every pattern of publishes that change the slot or another one; stops at the first violation. */
export function exploreModel(variant: Variant = {}): Outcome {
  let accepted = 0;
  let refused = 0;
  for (let bits = 0; bits < 2 ** PUBLISHES; bits++) {
    const pattern = Array.from({ length: PUBLISHES }, (_, i) => ((bits >> i) & 1) === 0);
    const outcome = explorePattern(variant, pattern);
    accepted += outcome.accepted;
    refused += outcome.refused;
    if (outcome.violation !== undefined) return { accepted, refused, violation: outcome.violation };
  }
  return { accepted, refused, violation: undefined };
}

function explorePattern(variant: Variant, pattern: readonly boolean[]): Outcome {
  const writer = writerEvents(variant, pattern);
  const atomics = writer.filter(({ kind }) => kind !== "plain-write");
  const newestChange = (publish: number) => {
    let newest = publish;
    while (newest > FIRST && pattern[newest - FIRST - 1] !== true) newest--;
    return newest;
  };
  let accepted = 0;
  let refused = 0;
  // R1 and R3 are somewhere among the writer's atomics: this many of those come before each.
  for (let beforeR1 = 0; beforeR1 <= atomics.length; beforeR1++) {
    for (let beforeR3 = beforeR1; beforeR3 <= atomics.length; beforeR3++) {
      const run = new Execution(writer, atomics, beforeR1, beforeR3, variant);
      const expected = newestChange(run.newestComplete);
      for (const { words, number, isAccepted, log } of run.reads()) {
        if (!isAccepted) {
          refused++;
          continue;
        }
        accepted++;
        if (words[0] !== expected || words[1] !== expected || number !== expected) {
          return { accepted, refused, violation: { returned: words, newestComplete: run.newestComplete, steps: log } };
        }
      }
    }
  }
  return { accepted, refused, violation: undefined };
}

interface ReadResult {
  readonly words: readonly [number, number];
  readonly number: number;
  readonly isAccepted: boolean;
  readonly log: readonly string[];
}

/** All executions with one total order of the atomics. */
class Execution {
  readonly newestComplete: number;
  readonly #begunAtR3: number;
  readonly #writer: readonly Event[];
  /** Writer's events up to this index happen before the reader's plain reads. */
  readonly #knownUpTo: number;
  /** Writer's events from this index on happen after the reader's plain reads. */
  readonly #futureFrom: number;
  /** The same for the reader's plain reads after R3. */
  readonly #knownAfterR3: number;
  readonly #variant: Variant;

  constructor(
    writer: readonly Event[],
    atomics: readonly Event[],
    beforeR1: number,
    beforeR3: number,
    variant: Variant,
  ) {
    this.#writer = writer;
    const seenBy = (place: Place, before: number) =>
      atomics.slice(0, before).findLast((event) => event.place === place);
    const doneWrite = seenBy("done", beforeR1);
    this.newestComplete = doneWrite?.value ?? (initial.done as number);
    this.#variant = variant;
    const begunWrite = seenBy("begun", beforeR3);
    this.#begunAtR3 = begunWrite?.value ?? (initial.begun as number);
    // R1 synchronizes with the store it reads.
    this.#knownUpTo = doneWrite?.index ?? -1;
    // R3 synchronizes with the W1 whose number it reads.
    this.#knownAfterR3 = Math.max(this.#knownUpTo, begunWrite?.index ?? -1);
    // The next read-modify-write of `begun` after R3 reads what R3 wrote: R3 synchronizes with it.
    const next = atomics.slice(beforeR3).find(({ kind, place }) => place === "begun" && kind === "rmw");
    this.#futureFrom = variant.closingLoad || next === undefined ? Number.POSITIVE_INFINITY : next.index;
  }

  /** What the reader's plain reads can see together: each read sees any write that it may see. */
  *reads(): Generator<ReadResult> {
    for (const inA of this.#visible("A.number")) {
      for (const inB of this.#visible("B.number")) {
        const chosen = choose(inA, inB, this.newestComplete);
        const log = [`R1 done = ${this.newestComplete}`, `R2 A.number = ${inA}, B.number = ${inB}, takes ${chosen}`];
        if (chosen === undefined) {
          // To this reader the slot is empty, which it never is.
          yield { words: [0, 0], number: 0, isAccepted: this.#passesFirstCheck(), log };
          continue;
        }
        for (const number of this.#visible(`${chosen}.number`)) yield* this.#contents(chosen, number, log);
      }
    }
  }

  *#contents(chosen: "A" | "B", number: number, before: readonly string[]): Generator<ReadResult> {
    for (const at of this.#visible(`${chosen}.at`)) {
      for (const first of this.#visible(`bytes${at}.0`)) {
        for (const second of this.#visible(`bytes${at}.1`)) {
          const log = [
            ...before,
            `R2 number = ${number}, at = ${at}, bytes = ${first} ${second}`,
            `R3 begun = ${this.#begunAtR3}`,
          ];
          const words = [first, second] as const;
          if (this.#passesFirstCheck()) yield { words, number, isAccepted: true, log };
          else for (const isAccepted of this.#secondChecks(chosen, number)) yield { words, number, isAccepted, log };
        }
      }
    }
  }

  #passesFirstCheck(): boolean {
    return this.#begunAtR3 === this.newestComplete || this.#begunAtR3 === this.newestComplete + 1;
  }

  /** Outcomes of `recordStillValid` when later publishes have begun; its plain reads come after R3. */
  *#secondChecks(chosen: "A" | "B", number: number): Generator<boolean> {
    if (number > this.newestComplete && !this.#variant.anyNumber) {
      yield false;
      return;
    }
    for (const other of this.#visibleAfterR3(chosen === "A" ? "B.number" : "A.number")) {
      for (const again of this.#visibleAfterR3(`${chosen}.number`)) {
        const isOlder = other < number || (this.#variant.laterIgnored === true && other > this.#begunAtR3);
        yield isOlder && again === number;
      }
    }
  }

  #visible(place: Place): Set<number> {
    return this.#between(place, this.#knownUpTo, this.#futureFrom);
  }

  #visibleAfterR3(place: Place): Set<number> {
    return this.#between(place, this.#knownAfterR3, Number.POSITIVE_INFINITY);
  }

  #between(place: Place, knownUpTo: number, futureFrom: number): Set<number> {
    const writes = this.#writer.filter((event) => event.place === place && event.kind === "plain-write");
    const hidden = writes.findLast(({ index }) => index <= knownUpTo);
    const seen = new Set<number>(hidden === undefined ? [initial[place] as number] : [hidden.value as number]);
    for (const { index, value } of writes) {
      if (index > knownUpTo && index < futureFrom) seen.add(value as number);
    }
    return seen;
  }
}

function choose(inA: number, inB: number, at: number): "A" | "B" | undefined {
  const seesA = inA !== 0 && inA <= at;
  const seesB = inB !== 0 && inB <= at;
  if (seesA && seesB) return inA > inB ? "A" : "B";
  return seesA ? "A" : seesB ? "B" : undefined;
}
