import { describe, expect, it } from "vitest";
import { type Backoff, createBackoff } from "../../../src/shared/backoff.js";

const params = { initialMs: 500, maxMs: 30_000, floorMs: 250, factor: 2, resetAfterMs: 60_000 };

function delays(backoff: Backoff, randoms: readonly number[]): number[] {
  let current = backoff;
  return randoms.map((random) => {
    const step = current.next(random);
    current = step.next;
    return step.delayMs;
  });
}

describe("backoff", () => {
  it("doubles the largest delay from 500 ms up to 30 s", () => {
    expect(delays(createBackoff(params), Array(9).fill(1))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it("never waits less than the floor", () => {
    expect(delays(createBackoff(params), Array(9).fill(0))).toEqual(Array(9).fill(250));
  });

  it("spreads delays evenly between floor and cap", () => {
    expect(delays(createBackoff(params), [0.5, 0.5, 0.25, 0.5])).toEqual([375, 625, 687.5, 2_125]);
  });

  it("stays at the cap after any number of retries", () => {
    expect(delays(createBackoff(params), Array(5_000).fill(1)).at(-1)).toBe(30_000);
  });

  it("keeps the floor when the cap is configured below it", () => {
    expect(delays(createBackoff({ ...params, initialMs: 1, maxMs: 10 }), [0, 0.5, 1])).toEqual([250, 250, 250]);
  });

  it("keeps the floor for chance outside its range", () => {
    expect(delays(createBackoff(params), [-3, 7])).toEqual([250, 1_000]);
  });

  it("starts over after a stream that was live for 60 s, and not before", () => {
    const later = createBackoff(params).next(1).next.next(1).next;
    expect(later.attempt).toBe(2);
    expect(delays(later.afterLive(59_999), [1])).toEqual([2_000]);
    expect(delays(later.afterLive(60_000), [1])).toEqual([500]);
  });

  it("does not change when asked for the next retry", () => {
    const backoff = createBackoff(params);
    backoff.next(1);
    expect(backoff.next(1).delayMs).toBe(500);
  });
});
