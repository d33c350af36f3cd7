import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  awaitsResync,
  refused,
  type SequencedEvent,
  type SequenceStep,
  sequence,
  streamOpened,
  type Verdict,
} from "../../../../src/worker/engine/sequencer.js";

const snapshot = (sequenceId: number): SequencedEvent => ({ kind: "snapshot", sequenceId });
const update = (sequenceId: number): SequencedEvent => ({ kind: "update", sequenceId });

function run(...events: SequencedEvent[]): SequenceStep[] {
  let state = streamOpened;
  return events.map((event) => {
    const step = sequence(state, event);
    state = step.state;
    return step;
  });
}

const verdicts = (...events: SequencedEvent[]): Verdict[] => run(...events).map((step) => step.verdict);

describe("sequencer", () => {
  it.each([0, 1, 7, -1, -2_147_483_648, 2_147_483_647])("takes the first snapshot of a stream with id %i", (id) => {
    expect(verdicts(snapshot(id))).toEqual(["apply"]);
  });

  it("applies updates that follow one another", () => {
    expect(verdicts(snapshot(0), update(1), update(2), snapshot(3), update(4))).toEqual(Array(5).fill("apply"));
  });

  it("counts from negative ids through zero", () => {
    expect(verdicts(snapshot(-2), update(-1), update(0), update(1))).toEqual(Array(4).fill("apply"));
  });

  it("drops updates and snapshots that are not newer as stale", () => {
    expect(verdicts(snapshot(5), update(5), snapshot(5), update(4), snapshot(-3), update(6))).toEqual([
      "apply",
      "stale",
      "stale",
      "stale",
      "stale",
      "apply",
    ]);
  });

  it("treats an update before the first snapshot as a discontinuity, and still takes any first snapshot", () => {
    const steps = run(update(9), update(10), snapshot(3), update(4));
    expect(steps.map((step) => step.verdict)).toEqual(["discontinuity", "discontinuity", "apply", "apply"]);
    expect(steps.map(({ state }) => awaitsResync(state))).toEqual([true, true, false, false]);
  });

  it("applies no update after a gap until a snapshot comes", () => {
    const steps = run(snapshot(1), update(3), update(4), update(2), update(1), snapshot(4), update(5));
    expect(steps.map((step) => step.verdict)).toEqual([
      "apply",
      "discontinuity",
      "discontinuity",
      "discontinuity",
      "stale",
      "apply",
      "apply",
    ]);
    expect(steps.map(({ state }) => awaitsResync(state))).toEqual([false, true, true, true, true, false, false]);
  });

  it("does not take an old snapshot for the resync", () => {
    expect(verdicts(snapshot(5), update(8), snapshot(5), snapshot(4), update(9), snapshot(9))).toEqual([
      "apply",
      "discontinuity",
      "stale",
      "stale",
      "discontinuity",
      "apply",
    ]);
  });

  it("takes a snapshot that jumps over ids, since it is the whole state, and tells that ids are missing", () => {
    const steps = run(snapshot(1), snapshot(7), update(8));
    expect(steps.map((step) => [step.verdict, step.skippedIds])).toEqual([
      ["apply", false],
      ["apply", true],
      ["apply", false],
    ]);
  });

  it("counts a gap once: its resync snapshot does not tell it again", () => {
    expect(run(snapshot(1), update(7), snapshot(8)).map((step) => step.skippedIds)).toEqual([false, false, false]);
  });

  it("keeps waiting after a resync snapshot that is older than an update seen before it, until it has caught up", () => {
    const steps = run(snapshot(1), update(5), snapshot(3), update(4), update(5));
    expect(steps.map((step) => step.verdict)).toEqual(["apply", "discontinuity", "apply", "apply", "apply"]);
    expect(steps.map(({ state }) => awaitsResync(state))).toEqual([false, true, true, true, false]);
  });

  it("keeps waiting for an update that was seen before what came earlier was refused", () => {
    const steps = run(snapshot(1), update(2), update(5));
    const after = refused(steps[2]?.state ?? streamOpened, 2);
    expect(after).toEqual({ lastApplied: 1, missed: 5, gap: true });
    const resync = sequence(after, snapshot(3));
    expect([resync.verdict, awaitsResync(resync.state)]).toEqual(["apply", true]);
    expect(refused(streamOpened, -(2 ** 31))).toEqual({ lastApplied: 2 ** 31 - 1, missed: -(2 ** 31), gap: true });
  });

  it("waits for the newest of all updates that it has seen, in whatever order they came", () => {
    for (const seen of [
      [9, 7],
      [7, 9],
      [9, 9],
    ]) {
      const steps = run(snapshot(1), ...seen.map(update), snapshot(8), snapshot(9));
      expect(steps.map(({ state }) => awaitsResync(state))).toEqual([false, true, true, true, false]);
    }
  });

  it("goes on when the core agent's 32-bit count wraps around", () => {
    expect(
      verdicts(snapshot(2_147_483_647), update(-2_147_483_648), update(-2_147_483_647), update(2_147_483_647)),
    ).toEqual(["apply", "apply", "apply", "stale"]);
  });

  it("applies every update exactly once, in order, whatever is lost or repeated, as long as no snapshot helps", () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 5 }), fc.array(fc.integer({ min: -8, max: 12 })), (first, ids) => {
        const steps = run(snapshot(first), ...ids.map(update));
        const applied = [first, ...ids].filter((_, index) => steps[index]?.verdict === "apply");
        expect(applied).toEqual(applied.map((_, index) => first + index));
      }),
    );
  });
});
