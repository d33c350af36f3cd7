import { describe, expect, test } from "vitest";
import { checkHealth, type Health, type HealthOptions } from "../../../../src/main/status/health.js";
import { header } from "../../../../src/memory/layout.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";
import { type ConsumerStatus, consumerStatus } from "../../../../src/status/status.js";
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
  held: [],
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

/** A setting whose newest value is not shown. */
function heldOf(key: string): ConsumerStatus["held"][number] {
  return { key, rule: "planted", heldSinceMs: 1 } as unknown as ConsumerStatus["held"][number];
}

type Verdict = [live: boolean, ready: boolean, stale: boolean];

/** What each status comes to; the reasons in order. */
const table: [name: string, status: ConsumerStatus, options: HealthOptions, verdict: Verdict, reasons: string[]][] = [
  ["all is well, and nothing changes for an hour", live, {}, [true, true, false], []],
  [
    "files that are missing or refused, of which no path is told",
    {
      ...live,
      configFiles: [
        { path: "/etc/one.yaml", state: "read" },
        { path: "/etc/mistyped.yaml", state: "missing", reason: "planted: /etc/mistyped.yaml" },
        { path: "/etc/two.yaml", state: "refused", reason: "planted: /etc/two.yaml" },
      ],
    },
    {},
    [true, true, false],
    ['The configuration file "mistyped.yaml" does not exist', 'The configuration file "two.yaml" was refused'],
  ],
  [
    "settings that are held",
    { ...live, held: [heldOf("a.key"), heldOf("b.key")] },
    {},
    [true, true, false],
    ['The newest values of these settings break their guards and are held: "a.key", "b.key".'],
  ],
  [
    "many settings that are held, of which ten are named",
    { ...live, held: Array.from({ length: 12 }, (_, index) => heldOf(`k${index}`)) },
    {},
    [true, true, false],
    ['held: "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9" and 2 more.'],
  ],
  [
    "a status of a version that knew no held settings",
    { ...live, held: undefined as never },
    {},
    [true, true, false],
    [],
  ],
  [
    "cached settings of which nobody knows how old they are",
    { ...cached, cachedAgeMs: Number.POSITIVE_INFINITY },
    {},
    [true, true, true],
    ["do not follow", "Settings come from the cache file; the core agent confirmed them at a time that is not known."],
  ],
  [
    "several failed attempts",
    stale,
    {},
    [true, true, true],
    ['step "registration", 4 failed attempts, last error unavailable.'],
  ],
  ["a cache file that cannot be written", { ...live, cacheFailedWrites: 2 }, {}, [true, true, false], ["cache.path"]],
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

  test.each([[undefined], [null], ["live"], [{ status() {} }]])("what is no status is refused: %j", (given) => {
    expect(() => checkHealth(given as never)).toThrow(/expects a status.*checkHealth\(consumer.status\(\)\)/);
  });

  test("wrong options are refused", () => {
    expect(() => checkHealth(live, { maxStaleMs: -1 })).toThrow(InvalidOptionError);
    expect(() => checkHealth(live, { maxStale: 1 } as HealthOptions)).toThrow(/Did you mean "maxStaleMs"/);
  });
});

describe("the heartbeat's age", () => {
  const beating = () => {
    const region = newRegion();
    region.store64(header.startedAtMs, 5_000);
    return { region, ageAt: (nowMs: number) => consumerStatus(region, nowMs).workerHeartbeatAgeMs };
  };

  test("grows from look to look once the worker stands still", () => {
    const { region, ageAt } = beating();
    const ages = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((look) => ageAt(look * 10_000));
    expect(ages.slice(0, 3)).toEqual([0, 0, 3_000]);
    expect(ages.at(-1)).toBe(63_000);
    expect(checkHealth(consumerStatus(region, 90_000)).live).toBe(false);
  });

  test("is not judged on the first look after a gap, in which the worker may have been suspended as well", () => {
    const { region, ageAt } = beating();
    for (const nowMs of [10_000, 11_000, 12_000]) ageAt(nowMs);
    expect(ageAt(3_612_000)).toBeLessThan(3_000);
    region.add(header.heartbeat, 1);
    expect(ageAt(3_612_100)).toBe(0);
  });

  test("counts a gap between quick looks in part only, however long it was", () => {
    const { ageAt } = beating();
    for (let nowMs = 10_000; nowMs <= 15_000; nowMs += 100) ageAt(nowMs);
    ageAt(3_615_000);
    ageAt(3_616_000);
    expect(ageAt(3_617_000)).toBeLessThan(10_000);
  });

  test("does not depend on how often one look asks", () => {
    const { ageAt } = beating();
    for (let look = 1; look <= 9; look++) for (const more of [0, 1, 2]) ageAt(look * 10_000 + more);
    expect(ageAt(100_000)).toBeGreaterThan(60_000);
  });

  test("begins anew when this thread sees it change, and with a new worker", () => {
    const region = newRegion();
    const ageAt = (nowMs: number) => consumerStatus(region, nowMs).workerHeartbeatAgeMs;
    expect(ageAt(1_000)).toBeUndefined();
    region.store64(header.startedAtMs, 5_000);
    expect(ageAt(6_000)).toBe(0);
    for (const nowMs of [9_000, 12_000, 15_000]) ageAt(nowMs);
    expect(ageAt(18_000)).toBeGreaterThan(0);
    region.add(header.heartbeat, 1);
    expect(ageAt(21_000)).toBe(0);
    for (const nowMs of [24_000, 27_000]) ageAt(nowMs);
    expect(ageAt(30_000)).toBeGreaterThan(0);
    region.add(header.counters + 13, 1);
    expect(ageAt(31_000)).toBe(0);
    region.store(header.stopped, 1);
    expect(ageAt(77_000)).toBeUndefined();
  });
});
