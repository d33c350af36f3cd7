/**
 * The shipped reader beside two live writers, both the shipped one, under a memory model where plain accesses have no order: the old writer
 * was thought dead in a publish, and goes on beside its successor.
 */
import { afterAll, describe, expect, it } from "vitest";
import { header } from "../../src/memory/layout.js";
import { binding, entry, getter, handle, type Op, view } from "../support/memory/interleave-check.js";
import { accessesOf, liveZombie, type Moments, type OldRegion, type Work } from "../support/memory/two-writers.js";
import { type Bounds, checkWeakly } from "../support/memory/weak-order.js";

const thorough = process.env.MEMORY_TESTS === "thorough";
const bounds: Bounds = thorough ? { moves: 3, surprises: 1 } : { moves: 2, surprises: 1 };

const reads: readonly (readonly Op[])[] = [
  [entry("a"), handle("b"), entry("a")],
  [getter("b"), getter("a"), view, binding("a", "b")],
];

type When = (moments: Moments) => number;

const moments = {
  "has come": ({ come }) => come,
  "has completed its publish": ({ complete }) => complete,
  "is about to send readers over": ({ marked }) => marked,
  "has sent readers over": ({ marked }) => marked + 1,
} satisfies Record<string, When>;

/** Accesses before which the old writer is held up: of a hand-over, which marks each of some thousand cells, the first and the last. */
function heldUpBefore(work: Work): readonly number[] {
  const { total, ofCommit } = accessesOf(work);
  const step = thorough ? 1 : 2;
  const first = Array.from({ length: ofCommit }, (_, i) => i + 1).filter((i) => i % step === 0);
  return work === "a publish" ? first : [...first.slice(-1), total - 2, total - 1, total];
}

function check(work: Work, when: When, region?: OldRegion): number {
  let executions = 0;
  for (const access of heldUpBefore(work)) {
    const scenario = liveZombie(work, access, when, region);
    for (const ops of reads) executions += checkWeakly(scenario, ops, ops, bounds);
  }
  return executions;
}

const works: readonly Work[] = ["a publish", "a hand-over"];
const explored: string[] = [];
afterAll(() => {
  process.stdout.write(`executions explored:\n${explored.join("\n")}\n`);
});

describe.each(works)("a writer that was thought dead in %s keeps G1 to G3 when it goes on as its successor", (work) => {
  it.each(Object.entries(moments))("%s", { timeout: 600_000 }, (name, when) => {
    const executions = check(work, when);
    explored.push(`  ${String(executions).padStart(8)}  ${work}, ${name}`);
    expect(executions).toBeGreaterThan(100);
  });
});

describe("a writer that was thought dead, and does not see that another one has come, is found out", () => {
  /** What its turn is at the start is what it always sees. */
  const blind: OldRegion = (Base) =>
    class extends Base {
      #seen: number | undefined;
      override load(word: number): number {
        const value = super.load(word);
        if (word !== header.writers) return value;
        this.#seen ??= value;
        return this.#seen;
      }
    };

  it.each(works)("in %s", { timeout: 600_000 }, (work) => {
    expect(() => check(work, moments["is about to send readers over"], blind)).toThrow(/\(G[123]/);
  });
});
