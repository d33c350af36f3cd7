/** What readers and the application are told of the worker beside settings: its state, its place, its pulse. */
import { beforeEach, describe, expect, test } from "vitest";
import { readStatus } from "../../../../src/memory/facts.js";
import { header } from "../../../../src/memory/layout.js";
import type { Region } from "../../../../src/memory/region.js";
import type { Publication, Publisher, Skipped } from "../../../../src/memory/writer/publication.js";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import type { EngineStatus, LifecycleState } from "../../../../src/shared/types.js";
import { Notifier } from "../../../../src/worker/telling/notifier.js";
import { publishing } from "../../../../src/worker/telling/publishing.js";
import { RegionStatus } from "../../../../src/worker/telling/region-status.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";
import { change, newRegion, TestWriter } from "../../../support/memory/region.js";

let region: Region;
let clock: VirtualClock;
let states: LifecycleState[];

beforeEach(() => {
  region = newRegion();
  clock = new VirtualClock();
  states = [];
});

const newStatus = (fixedSession = false) =>
  new RegionStatus(region, clock, { fixedSession, onFirstLive() {}, onState: (state) => void states.push(state) });

const engine = (state: LifecycleState, changes: Partial<EngineStatus> = {}): EngineStatus => ({
  state,
  step: state === "live" ? "done" : "registration",
  attempt: 0,
  nextAttemptAtMs: undefined,
  sessionSinceMs: undefined,
  lastError: undefined,
  ...changes,
});

describe("the application", () => {
  test("is told of each state that readers see, once, and not of one that only the engine is in", () => {
    const status = newStatus();
    status.set(engine("connecting"));
    status.set(engine("connecting", { attempt: 1 }));
    new TestWriter(region).publish({ a: 1 });
    status.restored(1);
    status.set(engine("failed", { attempt: 2 }));
    status.set(engine("live"));
    status.set(engine("stale", { attempt: 1 }));
    status.set(engine("live"));
    expect(states).toEqual(["connecting", "stale", "live", "stale", "live"]);
  });

  test("is told nothing before there is a state", () => {
    const status = newStatus();
    status.located("localhost:1");
    status.restored(1);
    expect([states, readStatus(region)]).toEqual([[], undefined]);
  });
});

test("the place of the core agent shows at once when it becomes known or another one, with the present status", () => {
  const status = newStatus();
  status.set(engine("connecting"));
  status.located("localhost:1");
  expect(readStatus(region)).toMatchObject({ state: "connecting", coreAgentAddress: "localhost:1" });
  status.located("localhost:2");
  status.located("localhost:2");
  status.set(engine("live"));
  expect(readStatus(region)).toMatchObject({ state: "live", coreAgentAddress: "localhost:2" });
  expect(states).toEqual(["connecting", "live"]);
});

test("each message has its time, and is a sign of life", () => {
  const status = newStatus();
  const before = region.load(header.heartbeat);
  status.messageReceived();
  expect(region.load64(header.lastMessageAtMs)).toBe(clock.now());
  expect(region.load(header.heartbeat)).toBe(before + 1);
});

describe("where a former worker's settings can be read", () => {
  test.each<readonly [given: EngineStatus, shown: LifecycleState]>([
    [engine("stopped"), "stopped"],
    [engine("connecting"), "stale"],
    [engine("failed", { attempt: 1, step: "connection" }), "stale"],
    [engine("stale", { attempt: 1, step: "registration" }), "stale"],
    [engine("failed", { attempt: 1, step: "registration" }), "failed"],
  ])("and the session is fixed, an engine in the state %j is shown as %s", (given, shown) => {
    new TestWriter(region).publish({ a: 1 });
    newStatus(true).set(given);
    expect(readStatus(region)?.state).toBe(shown);
  });
});

describe("a publish", () => {
  const notifier = (isActive: boolean) => {
    const told: unknown[] = [];
    const made = new Notifier({
      poll() {},
      publishNumber: () => 1,
      send: ({ changes }) => void told.push(...changes.map(({ key, oldValue }) => [key, oldValue])),
    });
    made.setActive(isActive);
    return { made, told };
  };

  function sink(isActive: boolean, skipped: readonly Skipped[] = []) {
    const { made, told } = notifier(isActive);
    const { writer } = new TestWriter(region);
    const published: Publication[] = [];
    const publisher: Publisher = {
      prepare: (publication) => {
        writer.prepare(publication);
        return skipped;
      },
      publish: (publication) => writer.publish(publication),
    };
    const states = publishing({
      region,
      writer: publisher,
      notifier: made,
      untold: undefined,
      onPublished: (publication) => void published.push(publication),
    });
    const show = (publication: Publication) => {
      let left: readonly Skipped[] | undefined;
      states.show(publication, (skipped) => {
        left = skipped;
      });
      return left;
    };
    return { show, told, published, made };
  }

  test("of the stream goes on to the cache, one that came from there does not, and both are told of", () => {
    const { show, told, published, made } = sink(true);
    const restored = { sequenceId: 1, origin: "o", atMs: 5, changes: [change("a", 1)] };
    show(restored);
    expect(published).toEqual([]);
    made.acknowledged();
    const streamed = { sequenceId: 2, origin: "o", changes: [change("a", 2, 1)] };
    show(streamed);
    expect(published).toEqual([streamed]);
    expect(told).toEqual([
      ["a", undefined],
      ["a", 1],
    ]);
  });

  test("leaves out what nobody could read: it is neither told of nor goes to the cache, and its sender hears of it", () => {
    const skipped = [{ key: "b", error: new ConfigStreamError("limit_exceeded", "It is large.") }];
    const { show, told, published } = sink(true, skipped);
    expect(show({ sequenceId: 1, origin: "o", changes: [change("a", 1), change("b", 2)] })).toBe(skipped);
    expect(told).toEqual([["a", undefined]]);
    expect(published[0]?.changes.map(({ key }) => key)).toEqual(["a"]);
  });

  test("is told to nobody who came after it", () => {
    const { show, told, made } = sink(false);
    show({ sequenceId: 1, origin: "o", changes: [change("a", 1)] });
    made.setActive(true);
    show({ sequenceId: 2, origin: "o", changes: [change("a", 2, 1), change("b", 1)] });
    expect(told).toEqual([
      ["a", 1],
      ["b", undefined],
    ]);
  });

  test("of a key that is gone for readers already is no news of a new worker", () => {
    new TestWriter(region).publish({ a: 1, b: 1 });
    const { show, told } = sink(true);
    show({ sequenceId: 1, origin: "o", changes: [change("a", 1)] });
    expect(told).toEqual([["b", 1]]);
  });
});
