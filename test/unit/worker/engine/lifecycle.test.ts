/** Where the engine stands, as readers are told. */
import { beforeEach, describe, expect, it } from "vitest";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import type { EngineStatus } from "../../../../src/shared/types.js";
import { Lifecycle } from "../../../../src/worker/engine/lifecycle.js";
import { failureLine, skippedError } from "../../../../src/worker/engine/words.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

let clock: VirtualClock;
let told: EngineStatus[];
let lifecycle: Lifecycle;

beforeEach(() => {
  clock = new VirtualClock();
  told = [];
  lifecycle = new Lifecycle({ set: (status) => void told.push(status) }, clock);
});

const broken = new ConfigStreamError("stream", "It broke.");
const down = (cause: Partial<Parameters<Lifecycle["down"]>[1]> = {}) =>
  lifecycle.down(broken, { sessionRejected: false, hopeless: false, nextAttemptAtMs: clock.now() + 500, ...cause });
const now = () => told.at(-1);

describe("the state", () => {
  it("follows the steps on the way up for the first time", () => {
    const steps = ["credentials", "registration", "connection", "first snapshot"] as const;
    for (const step of steps) lifecycle.reached(step);
    lifecycle.live();
    expect(told.map(({ state, step }) => `${state}: ${step}`)).toEqual([
      "starting: credentials",
      "starting: credentials",
      "registering: registration",
      "connecting: connection",
      "connecting: first snapshot",
      "live: done",
    ]);
  });

  it("stays failed, or stale where settings are readable, over all attempts of an outage, whose beginning stays the same", () => {
    lifecycle.reached("registration");
    down();
    const sinceMs = clock.now();
    expect(now()).toMatchObject({ state: "failed", step: "registration", attempt: 1, nextAttemptAtMs: sinceMs + 500 });
    clock.skip(500);
    lifecycle.reached("connection");
    expect(now()).toMatchObject({ state: "failed", step: "connection", nextAttemptAtMs: undefined });
    lifecycle.live();
    expect(now()).toMatchObject({ state: "live", attempt: 0, interruptedSinceMs: undefined });
    down();
    const lostAtMs = clock.now();
    expect(now()).toMatchObject({ state: "stale", step: "connection", attempt: 1, interruptedSinceMs: lostAtMs });
    clock.skip(1_000);
    lifecycle.reached("credentials");
    down();
    expect(now()).toMatchObject({ state: "stale", step: "credentials", attempt: 2, interruptedSinceMs: lostAtMs });
  });

  it("is failed where waiting does not help, although settings are readable, and the step is a session when that is what is lost", () => {
    lifecycle.live();
    down({ hopeless: true, sessionRejected: true });
    expect(now()).toMatchObject({ state: "failed", step: "registration" });
  });

  it("is stale while a stream is opened anew for a snapshot, and nothing counts as failed", () => {
    lifecycle.live();
    lifecycle.reopens(clock.now() + 250);
    expect(now()).toMatchObject({
      state: "stale",
      step: "connection",
      attempt: 0,
      nextAttemptAtMs: clock.now() + 250,
      interruptedSinceMs: undefined,
      lastError: undefined,
    });
  });

  it("is stopped at the step that was reached, and no attempt is to come", () => {
    lifecycle.reached("connection");
    down();
    lifecycle.stopped();
    expect(now()).toMatchObject({ state: "stopped", step: "connection", nextAttemptAtMs: undefined });
  });

  it("is told again only where something changes", () => {
    lifecycle.live();
    const count = told.length;
    lifecycle.flows();
    expect(told).toHaveLength(count);
    lifecycle.problem(broken);
    lifecycle.flows();
    expect(told.slice(count).map(({ interruptedSinceMs }) => interruptedSinceMs)).toEqual([clock.now(), undefined]);
  });
});

describe("the last error", () => {
  it("has its time, and of a long reason the beginning", () => {
    lifecycle.note(new ConfigStreamError("credentials", "Waited.", { details: { reason: "r".repeat(500) } }));
    expect(now()?.lastError).toEqual({
      code: "credentials",
      message: "Waited.",
      reason: "r".repeat(400),
      atMs: clock.now(),
    });
    expect(now()?.interruptedSinceMs).toBeUndefined();
  });

  it("has no reason where there is none beside the message", () => {
    lifecycle.note(broken);
    expect(now()?.lastError).toEqual({ code: "stream", message: "It broke.", atMs: clock.now() });
    expect(Object.keys(now()?.lastError ?? {})).not.toContain("reason");
  });
});

describe("the words for the log", () => {
  it("say where an attempt failed, and when the next one follows", () => {
    const at = { coreAgentAddress: "localhost:1", step: "connection", attempt: 2, delayMs: 1_500 } as const;
    expect(failureLine(broken, at)).toBe(
      'It broke. (Core agent localhost:1, step "connection", code stream, attempt 2, next in 1.5 s.)',
    );
    expect(failureLine(broken, { ...at, step: "done", delayMs: 0 })).toBe(
      'It broke. (Core agent localhost:1, step "live stream", code stream, attempt 2, next at once.)',
    );
  });

  it("name the first nine others of many settings that were left out, and of a long key the beginning", () => {
    const skipped = (...keys: string[]) =>
      skippedError(keys.map((key) => ({ key, error: new ConfigStreamError("limit_exceeded", `"${key}" is large.`) })));
    expect(skipped("a").message).toBe('"a" is large.');
    expect(skipped("a", "b").message).toBe('"a" is large. Others, 1 in all, are skipped too: "b".');
    const many = skipped(...Array.from({ length: 20 }, (_unused, i) => `k${i}`), "x");
    expect([many.code, many.message]).toEqual([
      "limit_exceeded",
      `"k0" is large. Others, 20 in all, are skipped too: ${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `"k${i}"`).join(", ")}.`,
    ]);
    expect(skipped("a", "k".repeat(100)).message).toContain(`"${"k".repeat(60)}"`);
  });
});
