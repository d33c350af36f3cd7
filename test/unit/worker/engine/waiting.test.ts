/** Waiting that ends with the engine, and leaves nothing behind. */
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { ConsumerStoppedError } from "../../../../src/shared/errors.js";
import { sleep, unlessAborted, within } from "../../../../src/worker/engine/cancel.js";
import { deferToTurnEnd } from "../../../../src/worker/engine/defer.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    (value) => value,
    (error: unknown) => (error instanceof ConsumerStoppedError ? "stopped" : (error as Error).message),
  );
const never = new Promise<never>(() => {});

describe("a wait", () => {
  it("ends when its time is over, and then neither timer nor listener is left", async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const slept = sleep(clock, 100, signal);
    expect([clock.pending, listeners(signal)]).toEqual([1, 1]);
    await clock.advance(100);
    await slept;
    expect([clock.pending, listeners(signal)]).toEqual([0, 0]);
  });

  it("ends at once when the engine is stopped, or has been", async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const slept = outcome(sleep(clock, 100, stop.signal));
    stop.abort();
    expect([await slept, clock.pending]).toEqual(["stopped", 0]);
    expect(await outcome(sleep(clock, 100, stop.signal))).toBe("stopped");
    expect(clock.pending).toBe(0);
  });
});

describe("a promise, unless the engine is stopped,", () => {
  it("is what it is, and no listener is left", async () => {
    const { signal } = new AbortController();
    expect(await outcome(unlessAborted(Promise.resolve(7), signal))).toBe(7);
    expect(await outcome(unlessAborted(Promise.reject(new Error("no")), signal))).toBe("no");
    await Promise.resolve();
    expect(listeners(signal)).toBe(0);
  });

  it("is given up when it is, or has been, also where it would have had an answer", async () => {
    const stop = new AbortController();
    const waiting = outcome(unlessAborted(never, stop.signal));
    stop.abort();
    expect(await waiting).toBe("stopped");
    expect(await outcome(unlessAborted(never, stop.signal))).toBe("stopped");
    expect(await outcome(unlessAborted(Promise.resolve(7), stop.signal))).toBe("stopped");
  });

  it("is given up when it takes too long, and leaves no timer whichever way it ends", async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const wait = { clock, limitMs: 100, signal: stop.signal, late: () => new Error("late") };
    expect([await outcome(within(Promise.resolve(7), wait)), clock.pending]).toEqual([7, 0]);
    const late = outcome(within(never, wait));
    await clock.advance(100);
    expect([await late, clock.pending]).toEqual(["late", 0]);
    const stopped = outcome(within(never, wait));
    stop.abort();
    expect([await stopped, clock.pending]).toEqual(["stopped", 0]);
  });
});

it("what is deferred comes at the end of the turn, unless it is cancelled", async () => {
  const came: string[] = [];
  deferToTurnEnd(() => came.push("kept"));
  deferToTurnEnd(() => came.push("cancelled")).cancel();
  expect(came).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(came).toEqual(["kept"]);
});
