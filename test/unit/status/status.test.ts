import { expect, test } from "vitest";
import { count, markReady, markStopped, writeStatus } from "../../../src/memory/facts.js";
import { header } from "../../../src/memory/layout.js";
import { consumerStatus } from "../../../src/status/status.js";
import { newRegion, TestWriter } from "../../support/memory/region.js";

test("before start there is nothing but the state starting", () => {
  expect(consumerStatus(newRegion(), 1_000)).toEqual({
    state: "starting",
    step: "credentials",
    ready: false,
    started: false,
    sequenceId: undefined,
    origin: undefined,
    keys: 0,
    lastMessageAgeMs: undefined,
    lastChangeAgeMs: undefined,
    cachedAgeMs: undefined,
    interruptedForMs: undefined,
    sessionAgeMs: undefined,
    attempt: 0,
    nextAttemptInMs: undefined,
    lastError: undefined,
    workerRestarts: 0,
    workerHeartbeat: 0,
    workerHeartbeatAgeMs: undefined,
    regionBytes: 65_536,
    held: [],
    unreadable: [],
  });
});

test("ages are reckoned from the asker's time, and are never negative", () => {
  const region = newRegion();
  new TestWriter(region).publish({ a: 1, b: 2 });
  const nowMs = 1_700_000_010_000;
  region.store64(header.startedAtMs, nowMs - 20_000);
  region.store64(header.lastMessageAtMs, nowMs - 7);
  markReady(region, nowMs);
  count(region, "workerRestarts", 2);
  const lastError = { code: "stream", message: "The core agent ended the stream.", atMs: nowMs - 9 };
  writeStatus(region, {
    state: "stale",
    step: "connection",
    attempt: 3,
    nextAttemptAtMs: nowMs + 450,
    sessionSinceMs: nowMs - 5_000,
    lastError,
  });
  expect(consumerStatus(region, nowMs)).toMatchObject({
    state: "stale",
    ready: true,
    started: true,
    sequenceId: 1,
    origin: "test",
    keys: 2,
    lastMessageAgeMs: 7,
    lastChangeAgeMs: 10_000,
    sessionAgeMs: 5_000,
    attempt: 3,
    nextAttemptInMs: 450,
    lastError,
    workerRestarts: 2,
  });
  expect(consumerStatus(region, nowMs - 60_000)).toMatchObject({ lastMessageAgeMs: 0, lastChangeAgeMs: 0 });
  expect(consumerStatus(region, nowMs + 1_000).nextAttemptInMs).toBe(0);
});

test("after stop the state is stopped and no attempt is announced, whatever the engine had written last", () => {
  const region = newRegion();
  writeStatus(region, {
    state: "live",
    step: "done",
    attempt: 0,
    nextAttemptAtMs: 5,
    sessionSinceMs: undefined,
    lastError: undefined,
  });
  markStopped(region);
  expect(consumerStatus(region, 1)).toMatchObject({ state: "stopped", nextAttemptInMs: undefined });
});
