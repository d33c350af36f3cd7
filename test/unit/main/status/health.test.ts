import { describe, expect, test } from "vitest";
import { checkHealth, type Health, type HealthOptions } from "../../../../src/main/status/health.js";
import { type ConsumerStatus, consumerStatus } from "../../../../src/main/status/status.js";
import { header } from "../../../../src/memory/layout.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";
import { newRegion } from "../../../support/memory/region.js";

const lastError = { code: "unavailable", message: "planted: nothing accepts connections at localhost:5001.", atMs: 1 };

const live: ConsumerStatus = {
  state: "live",
  step: "done",
  ready: true,
  started: true,
  sequenceId: 3,
  origin: "core-agent",
  keys: 10,
  lastMessageAgeMs: 3_600_000,
  lastChangeAgeMs: 3_600_000,
  cachedAgeMs: undefined,
  interruptedForMs: undefined,
  sessionAgeMs: 1_000,
  attempt: 0,
  nextAttemptInMs: undefined,
  // Overcome failures are no trouble.
  lastError,
  workerRestarts: 3,
  workerHeartbeat: 99,
  workerHeartbeatAgeMs: 900,
  regionBytes: 65_536,
  unreadable: [],
};
const stale: ConsumerStatus = { ...live, state: "stale", step: "registration", attempt: 4, interruptedForMs: 90_000 };
const fresh: ConsumerStatus = {
  ...live,
  ready: false,
  sequenceId: undefined,
  lastMessageAgeMs: undefined,
  lastError: undefined,
  workerHeartbeatAgeMs: 0,
};
const cached: ConsumerStatus = { ...stale, cachedAgeMs: 7_200_000, lastMessageAgeMs: undefined };

type Verdict = [live: boolean, ready: boolean, stale: boolean];

/** What each status comes to; the reasons in order. */
const table: [name: string, status: ConsumerStatus, options: HealthOptions, verdict: Verdict, reasons: string[]][] = [
  ["all is well, and nothing changes for an hour", live, {}, [true, true, false], []],
  ["not started", { ...fresh, state: "starting", started: false }, {}, [true, false, false], ["was not started"]],
  [
    "starting",
    { ...fresh, state: "starting", step: "credentials" },
    {},
    [true, false, false],
    ["No settings have arrived yet: state starting"],
  ],
  [
    "no settings for long",
    { ...fresh, state: "failed", step: "registration", attempt: 1, lastError, interruptedForMs: 61_000 },
    {},
    [true, false, false],
    [
      'No settings have arrived yet, for 1 min 1 s: state failed, step "registration", 1 failed attempt, last error unavailable.',
    ],
  ],
  [
    "an outage",
    stale,
    {},
    [true, true, true],
    ["Settings do not follow the core agent, for 1 min 30 s: state stale, step"],
  ],
  ["an outage, within the limit", stale, { maxStaleMs: 90_000 }, [true, true, true], ["do not follow"]],
  [
    "an outage, over the limit",
    stale,
    { maxStaleMs: 89_999 },
    [true, false, true],
    ["do not follow", "longer than maxStaleMs (1 min 29 s)"],
  ],
  [
    "a refused state",
    { ...live, interruptedForMs: 0 },
    {},
    [true, true, true],
    ["New settings have not arrived for 0 ms, last error"],
  ],
  [
    "cached settings",
    cached,
    {},
    [true, true, true],
    ["do not follow", "cache file; the core agent confirmed them 2 h 0 min ago"],
  ],
  [
    "cached settings, too old",
    cached,
    { maxStaleMs: 3_600_000 },
    [true, false, true],
    ["do not follow", "cache file", "maxStaleMs (1 h 0 min)"],
  ],
  [
    "cached settings, before any failure",
    { ...cached, ready: false, attempt: 0, interruptedForMs: undefined },
    {},
    [true, false, true],
    ["do not follow the core agent: state stale", "cache file"],
  ],
  [
    "silence over the limit",
    live,
    { maxMessageAgeMs: 60_000 },
    [true, true, true],
    ["last message is 1 h 0 min old, more than maxMessageAgeMs (1 min 0 s)"],
  ],
  [
    "silence over both limits",
    live,
    { maxMessageAgeMs: 60_000, maxStaleMs: 0 },
    [true, false, true],
    ["last message", "maxStaleMs (0 ms)"],
  ],
  ["no message yet", { ...fresh, state: "live" }, { maxMessageAgeMs: 0 }, [true, false, false], []],
  ["a worker just within its limit", { ...live, workerHeartbeatAgeMs: 60_000 }, {}, [true, true, false], []],
  [
    "a stuck worker",
    { ...live, workerHeartbeatAgeMs: 60_001 },
    {},
    [false, true, false],
    ["no sign of life for 1 min 0 s"],
  ],
  [
    "a stuck worker, to the impatient",
    { ...live, workerHeartbeatAgeMs: 5_001 },
    { maxHeartbeatAgeMs: 5_000 },
    [false, true, false],
    ["no sign of life for 5 s"],
  ],
  [
    "a stuck worker, to nobody",
    { ...live, workerHeartbeatAgeMs: 9e9 },
    { maxHeartbeatAgeMs: Number.POSITIVE_INFINITY },
    [true, true, false],
    [],
  ],
  ["a rejected fixed session", { ...stale, state: "failed" }, {}, [true, true, true], ["state failed"]],
  [
    "stopped",
    { ...live, state: "stopped", workerHeartbeatAgeMs: undefined },
    {},
    [false, false, true],
    ["The consumer was stopped."],
  ],
];

describe("the health of a consumer", () => {
  test.each(table)("%s", (_name, status, options, [isLive, ready, isStale], reasons) => {
    const health = checkHealth(status, options);
    expect(health).toEqual({
      live: isLive,
      ready,
      stale: isStale,
      reasons: reasons.map((words) => expect.stringContaining(words)),
    } satisfies Health);
    expect(health.reasons.join(" ")).not.toMatch(/planted|localhost/);
    for (const reason of health.reasons) expect(reason).toMatch(/\.$/);
  });

  test("wrong options are refused", () => {
    expect(() => checkHealth(live, { maxStaleMs: -1 })).toThrow(InvalidOptionError);
    expect(() => checkHealth(live, { maxStale: 1 } as HealthOptions)).toThrow(/Did you mean "maxStaleMs"/);
  });
});

describe("the heartbeat's age", () => {
  test("counts from when this thread last saw it change, and a new worker has its own time", () => {
    const region = newRegion();
    const ageAt = (nowMs: number) => consumerStatus(region, nowMs).workerHeartbeatAgeMs;
    expect(ageAt(1_000)).toBeUndefined();
    region.store64(header.startedAtMs, 5_000);
    expect(ageAt(6_000)).toBe(0);
    expect(ageAt(9_000)).toBe(3_000);
    region.add(header.heartbeat, 1);
    expect(ageAt(10_000)).toBe(0);
    expect(ageAt(75_000)).toBe(65_000);
    expect(checkHealth(consumerStatus(region, 75_000)).live).toBe(false);
    region.add(header.counters + 13, 1);
    expect(ageAt(76_000)).toBe(0);
    region.store(header.stopped, 1);
    expect(ageAt(77_000)).toBeUndefined();
  });
});
