import { describe, expect, test } from "vitest";
import { Watchdog } from "../../../../src/main/hosting/watchdog.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

function newWatchdog(timeoutMs = 8_000) {
  const clock = new VirtualClock();
  const heart = { beats: 2 ** 31 - 2 };
  const watchdog = new Watchdog({ clock, timeoutMs, heartbeat: () => heart.beats | 0 });
  let stuck = 0;
  watchdog.start(() => stuck++);
  return { clock, heart, watchdog, stuck: () => stuck };
}

describe("a heartbeat", () => {
  test("that goes on is left alone, also over the end of 32 bits", async () => {
    const { clock, heart, stuck } = newWatchdog();
    for (let second = 0; second < 100; second++) {
      heart.beats++;
      await clock.advance(1_000);
    }
    expect(stuck()).toBe(0);
  });

  test("that stands still for the whole time is reported once, and then nothing is watched", async () => {
    const { clock, stuck } = newWatchdog();
    await clock.advance(7_999);
    expect(stuck()).toBe(0);
    await clock.advance(1);
    expect(stuck()).toBe(1);
    await clock.advance(100_000);
    expect(stuck()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test("that pauses for long now and then, as over large snapshots, is left alone", async () => {
    const { clock, heart, stuck } = newWatchdog();
    for (let round = 0; round < 20; round++) {
      await clock.advance(6_900);
      heart.beats++;
    }
    expect(stuck()).toBe(0);
  });

  test("is not missed for the time in which this thread was blocked or the machine asleep", async () => {
    const { clock, heart, stuck } = newWatchdog();
    // Overdue timers fire late, and one after the other: each tick may come an hour after the last.
    for (let tick = 0; tick < 7; tick++) {
      clock.skip(3_600_000);
      clock.runNext();
    }
    expect(stuck()).toBe(0);
    heart.beats++;
    clock.skip(3_600_000);
    clock.runNext();
    await clock.advance(7_000);
    expect(stuck()).toBe(0);
    await clock.advance(1_000);
    expect(stuck()).toBe(1);
  });
});

test("with no time limit nothing is ever looked at", () => {
  expect(newWatchdog(Number.POSITIVE_INFINITY).clock.pending).toBe(0);
});

test("a second start watches the new worker only, and stop ends it", async () => {
  const { clock, watchdog, stuck } = newWatchdog();
  await clock.advance(7_500);
  let other = 0;
  watchdog.start(() => other++);
  expect(clock.pending).toBe(1);
  await clock.advance(7_999);
  expect([stuck(), other]).toEqual([0, 0]);
  await clock.advance(1);
  expect([stuck(), other]).toEqual([0, 1]);
  watchdog.start(() => other++);
  watchdog.stop();
  watchdog.stop();
  expect(clock.pending).toBe(0);
});
