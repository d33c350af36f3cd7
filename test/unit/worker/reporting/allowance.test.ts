/** How often something may be done. */
import { expect, it } from "vitest";
import { Allowance } from "../../../../src/worker/reporting/allowance.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

it("a number of times at once, and then as often as the allowance grows back, never more than that number", () => {
  const clock = new VirtualClock();
  const allowance = new Allowance(clock, 2, 4);
  expect([allowance.take(), allowance.take()]).toEqual([0, 0]);
  // A quarter of a second for one.
  expect(allowance.take()).toBe(250);
  clock.skip(100);
  expect(allowance.take()).toBe(150);
  clock.skip(150);
  expect([allowance.take(), allowance.take()]).toEqual([0, 250]);
  clock.skip(3_600_000);
  expect([allowance.take(), allowance.take(), allowance.take()]).toEqual([0, 0, 250]);
});

it("who waits as long as it says may go on", () => {
  const clock = new VirtualClock();
  const allowance = new Allowance(clock, 1, 3);
  for (let i = 0; i < 100; i++) {
    expect(allowance.take()).toBe(0);
    const waitMs = allowance.take();
    expect(waitMs).toBeGreaterThan(0);
    clock.skip(waitMs);
  }
});
