import type { ConsumerStatus } from "../../../src/status/status.js";

/** What a consumer tells that has been live for a while, for views to draw. */
export const liveStatus: ConsumerStatus = {
  state: "live",
  step: "done",
  ready: true,
  started: true,
  sequenceId: 12,
  origin: "core-agent",
  keys: 2_071,
  lastMessageAgeMs: 10,
  lastChangeAgeMs: 10,
  cachedAgeMs: undefined,
  interruptedForMs: undefined,
  sessionAgeMs: 5_000,
  attempt: 0,
  nextAttemptInMs: undefined,
  lastError: undefined,
  workerRestarts: 0,
  workerHeartbeat: 1,
  workerHeartbeatAgeMs: 500,
  regionBytes: 1,
  held: [],
  unreadable: [],
};
