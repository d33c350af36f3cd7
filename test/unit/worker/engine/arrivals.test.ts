/** When what has arrived becomes a publish: after a pause at once, in a storm together. */
import { describe, expect, it } from "vitest";
import { type Arrival, Arrivals } from "../../../../src/worker/engine/arrivals.js";

/** An event loop whose turns are taken by hand; each takes `turnMs`. */
function loop(turnMs: number) {
  let nowMs = 1_000;
  let deferred: (() => void)[] = [];
  const handled: number[] = [];
  const arrivals = new Arrivals(
    (callback) => {
      deferred.push(callback);
      return { cancel: () => (deferred = deferred.filter((other) => other !== callback)) };
    },
    { monotonic: () => nowMs },
    () => {
      const { length } = arrivals.take();
      if (length > 0) handled.push(length);
    },
  );
  return {
    arrivals,
    /** How many were handled together, each time. */
    handled,
    /** One turn that brings `count` messages. Gives what {@link Arrivals.add} said of each. */
    turn(count: number): boolean[] {
      const first = Array.from({ length: count }, () => arrivals.add("unreadable" satisfies Arrival));
      const due = deferred;
      deferred = [];
      for (const callback of due) callback();
      nowMs += turnMs;
      return first;
    },
    pause(ms: number) {
      nowMs += ms;
    },
  };
}

describe("what arrives on a stream", () => {
  it("is handled at the end of its own turn when it comes after a pause, however much one read has brought", () => {
    const { turn, pause, handled } = loop(0.05);
    turn(1);
    expect(handled).toEqual([1]);
    pause(1);
    turn(11);
    expect(handled).toEqual([1, 11]);
    pause(1);
    turn(2);
    expect(handled).toEqual([1, 11, 2]);
  });

  it("is collected over turns of a storm, and handled once a turn brings nothing more", () => {
    const { turn, handled } = loop(0.05);
    turn(2);
    turn(2);
    turn(2);
    turn(3);
    expect(handled, "the first turn of a storm is not known to be one").toEqual([2]);
    turn(0);
    expect(handled).toEqual([2, 7]);
  });

  it("is handled at the end of its own turn in a storm too when it is alone, because the next turn brings nothing", () => {
    const { turn, handled } = loop(0.05);
    turn(2);
    turn(1);
    turn(0);
    expect(handled).toEqual([2, 1]);
  });

  it("does not wait for the end of a storm that does not end", () => {
    const { turn, handled } = loop(0.05);
    for (let i = 0; i < 40; i++) turn(2);
    expect(handled[0]).toBe(2);
    expect(handled.length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...handled)).toBeLessThanOrEqual(2 * 13);
  });

  it("is a new burst, and no storm, when the turns are far apart", () => {
    const { turn, handled } = loop(1);
    turn(2);
    turn(3);
    turn(4);
    expect(handled).toEqual([2, 3, 4]);
  });

  it("names the first of those that are handled together", () => {
    const { turn } = loop(0.05);
    expect(turn(3)).toEqual([true, false, false]);
    expect(turn(2)).toEqual([true, false]);
    expect(turn(2)).toEqual([false, false]);
  });

  it("is given once, and not handled any more after it was taken", () => {
    const { arrivals, turn, handled } = loop(0.05);
    arrivals.add("unreadable");
    expect(arrivals.take()).toEqual(["unreadable"]);
    expect(arrivals.take()).toEqual([]);
    turn(0);
    expect(handled).toEqual([]);
  });
});
