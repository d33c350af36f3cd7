import { beforeEach, describe, expect, test } from "vitest";
import { isFresh, isReady, readCounter, readStatus } from "../../../../src/memory/facts.js";
import { header } from "../../../../src/memory/layout.js";
import type { Region } from "../../../../src/memory/region.js";
import type { EngineStatus } from "../../../../src/shared/types.js";
import { consumerStatus } from "../../../../src/status/status.js";
import { RegionStatus } from "../../../../src/worker/telling/region-status.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

let region: Region;
let clock: VirtualClock;
let firstLives: number;

beforeEach(() => {
  region = newRegion();
  clock = new VirtualClock();
  firstLives = 0;
});

function newStatus(fixedSession = false): RegionStatus {
  return new RegionStatus(region, clock, { fixedSession, onFirstLive: () => firstLives++ });
}

function engine(state: EngineStatus["state"], changes: Partial<EngineStatus> = {}): EngineStatus {
  const step = state === "live" ? "done" : "registration";
  return {
    state,
    step,
    attempt: 0,
    nextAttemptAtMs: undefined,
    sessionSinceMs: undefined,
    lastError: undefined,
    ...changes,
  };
}

const shown = () => readStatus(region);
const publish = () => new TestWriter(region).publish({ a: 1 });

test("the first time that it goes live it is ready and fresh, and that is told once", () => {
  const status = newStatus();
  status.set(engine("connecting"));
  expect([isReady(region), isFresh(region), status.confirmedAtMs()]).toEqual([false, false, undefined]);
  publish();
  status.set(engine("live"));
  expect([isReady(region), isFresh(region), firstLives]).toEqual([true, true, 1]);
  status.set(engine("stale", { attempt: 1 }));
  status.set(engine("live"));
  expect(firstLives).toBe(1);
});

test("it knows until when the stream stood behind the settings", async () => {
  const status = newStatus();
  publish();
  status.set(engine("live"));
  await clock.advance(5_000);
  expect(status.confirmedAtMs()).toBe(clock.now());
  const lostAtMs = clock.now() + 1_000;
  await clock.advance(1_000);
  status.set(engine("stale", { attempt: 1 }));
  await clock.advance(60_000);
  expect(status.confirmedAtMs()).toBe(lostAtMs);
});

describe("settings of a cache file", () => {
  test("are stale until the first snapshot, with their age, and count as ready once an attempt has failed", async () => {
    const status = newStatus();
    status.set(engine("registering"));
    publish();
    status.restored(clock.now() - 9_000);
    expect(shown()).toMatchObject({ state: "stale", cachedAtMs: clock.now() - 9_000 });
    expect(consumerStatus(region, clock.now())).toMatchObject({ state: "stale", ready: false, cachedAgeMs: 9_000 });
    status.set(engine("failed", { attempt: 1, interruptedSinceMs: clock.now() }));
    expect(shown()).toMatchObject({ state: "stale", attempt: 1 });
    expect([isReady(region), isFresh(region), firstLives]).toEqual([true, false, 0]);
    status.set(engine("live"));
    expect(consumerStatus(region, clock.now())).toMatchObject({ state: "live", cachedAgeMs: undefined });
    expect([isFresh(region), firstLives]).toEqual([true, 1]);
    status.restored(1);
    expect(shown()?.cachedAtMs).toBeUndefined();
  });

  test("count as ready when patience is over, whether the file was read before or after", () => {
    const status = newStatus();
    status.set(engine("registering"));
    status.fallBack();
    expect(isReady(region)).toBe(false);
    publish();
    status.restored(1);
    expect(isReady(region)).toBe(true);

    region = newRegion();
    const other = newStatus();
    publish();
    other.restored(1);
    expect(isReady(region)).toBe(false);
    other.fallBack();
    expect(isReady(region)).toBe(true);
  });

  test("stay what they are for a new worker, and without a cache a failed attempt makes nothing ready", () => {
    const first = newStatus();
    first.set(engine("starting"));
    publish();
    first.restored(77);
    const second = newStatus();
    second.set(engine("starting"));
    expect(shown()).toMatchObject({ state: "stale", cachedAtMs: 77 });
    expect(isReady(region)).toBe(false);
    second.set(engine("failed", { attempt: 1 }));
    expect(isReady(region)).toBe(true);

    region = newRegion();
    const bare = newStatus();
    bare.set(engine("failed", { attempt: 3 }));
    bare.fallBack();
    expect(isReady(region)).toBe(false);
    expect(shown()?.state).toBe("failed");
  });
});

describe("a worker that replaces another", () => {
  test("shows what is readable as stale, why the former one died, and the whole length of the outage", () => {
    publish();
    const died = { code: "worker_died", message: "It died.", atMs: 5 };
    newStatus().set(engine("stale", { lastError: died, interruptedSinceMs: 5 }));
    const status = newStatus();
    expect(status.interruptedSinceMs).toBe(5);
    status.set(engine("registering"));
    expect(shown()).toMatchObject({ state: "stale", lastError: died, interruptedSinceMs: 5 });
    status.set(engine("failed", { attempt: 1, interruptedSinceMs: 900 }));
    expect(shown()).toMatchObject({ state: "stale", interruptedSinceMs: 5 });
    status.set(engine("live", { interruptedSinceMs: undefined }));
    expect(shown()).toMatchObject({ state: "live", lastError: died });
    expect(shown()?.interruptedSinceMs).toBeUndefined();
  });

  test("with a fixed session that is rejected stays failed: waiting does not help", () => {
    publish();
    const status = newStatus(true);
    status.set(engine("failed", { attempt: 1 }));
    expect(shown()?.state).toBe("failed");
  });
});

test("the time of the first snapshot is not set by cached settings", () => {
  const status = newStatus();
  publish();
  status.restored(1);
  status.fallBack();
  expect(region.load64(header.firstSnapshotAtMs)).toBe(0);
});

test("a cache file that is read only when the stream is live is of no account", () => {
  const status = newStatus();
  publish();
  status.set(engine("live"));
  status.restored(clock.now() - 5_000);
  expect([shown()?.state, shown()?.cachedAtMs]).toEqual(["live", undefined]);
  status.set(engine("stale", { attempt: 1 }));
  expect(shown()?.cachedAtMs).toBe(undefined);
});

test("what is counted is there for every thread", () => {
  const status = newStatus();
  status.count("reconnects");
  status.count("reconnects", 2);
  expect(readCounter(region, "reconnects")).toBe(3);
});
