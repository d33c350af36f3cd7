import { afterEach, describe, expect, it } from "vitest";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import { UnknownEventError } from "../../../../src/worker/link/grpc-failure.js";
import { EngineBench } from "../../../support/engine/engine-bench.js";
import { grpcError } from "../../../support/engine/fake-transport.js";
import { planted, showsPlanted } from "../../../support/secret-net/net.js";

const unavailable = 14;
const unauthenticated = 16;
const permissionDenied = 7;
const internal = 13;

let bench: EngineBench;

afterEach(async () => {
  const { engine, clock, transport } = bench;
  await engine.stop();
  expect(clock.pending).toBe(0);
  expect(transport.openStreams).toBe(0);
  expect(transport.openConnections).toBe(0);
});

describe("a defect of the engine itself", () => {
  it("ends it, and is told to whoever can replace it", async () => {
    bench = new EngineBench();
    await bench.goLive();
    Object.defineProperty(bench, "random", {
      get() {
        throw new RangeError("A defect.");
      },
    });
    bench.transport.stream.end(grpcError(unavailable));
    await bench.clock.settle();
    // A foreign error may quote anything.
    expect(bench.defects).toMatchObject([{ code: "internal", message: expect.not.stringContaining("A defect.") }]);
    expect(bench.lines.at(-1)).toMatchObject({ level: "error", message: expect.stringContaining("RangeError") });
  });
});

describe("start-up", () => {
  it("goes through starting, registering and connecting to live, and is live only after the publish", async () => {
    bench = new EngineBench();
    await bench.start();
    expect(bench.status).toMatchObject({ state: "connecting", step: "connection" });
    bench.transport.stream.handlers.onConnected?.();
    expect(bench.status).toMatchObject({ state: "connecting", step: "first snapshot" });
    bench.transport.stream.snapshot(7, { a: 1 });
    await bench.clock.settle();
    expect(bench.status).toMatchObject({ state: "live", step: "done", attempt: 0, nextAttemptAtMs: undefined });
    const states = bench.statuses.map((status) => status.state);
    expect([...new Set(states)]).toEqual(["starting", "registering", "connecting", "live"]);
    expect(bench.order.slice(-3)).toEqual(["publish 7", "notify 7", "status live"]);
    expect(bench.status.sessionSinceMs).toBe(bench.clock.now());
  });

  it("does not go live by an update or by a message that cannot be read", async () => {
    bench = new EngineBench();
    await bench.start();
    bench.transport.stream.update(1, "a", 1);
    bench.transport.stream.handlers.onBadMessage(new Error("unreadable"));
    await bench.clock.settle();
    expect(bench.status.state).toBe("connecting");
    expect(bench.publications).toEqual([]);
    expect(bench.count("discontinuities")).toBe(1);
    expect(bench.count("badMessages")).toBe(1);
  });

  it("publishes an empty first snapshot too, since it moves the sequence id", async () => {
    bench = new EngineBench();
    await bench.goLive({}, 0);
    expect(bench.publications).toMatchObject([{ sequenceId: 0, origin: "core-agent", changes: [] }]);
    expect(bench.status.state).toBe("live");
  });

  it("opens a stream anew that stays without a first snapshot for 30 s", async () => {
    bench = new EngineBench();
    await bench.start();
    await bench.clock.advance(29_999);
    expect(bench.transport.streams).toHaveLength(1);
    await bench.clock.advance(1);
    expect(bench.transport.stream.cancelled).toBe(true);
    expect(bench.status).toMatchObject({ state: "failed", lastError: { code: "stream" } });
    await bench.clock.advance(500);
    expect(bench.transport.streams).toHaveLength(2);
  });
});

describe("order within a stream", () => {
  it("takes the first snapshot of every stream whatever its id, lower than before or 0", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 50);
    for (const id of [49, 0]) {
      bench.transport.stream.end();
      await bench.clock.advance(30_000);
      bench.transport.stream.snapshot(id, { a: id });
      await bench.clock.settle();
      expect(bench.visible).toEqual({ a: id });
      expect(bench.publications.at(-1)?.sequenceId).toBe(id);
    }
    expect(bench.count("droppedStaleUpdates")).toBe(0);
  });

  it("drops and counts what is not newer than the last id", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 5);
    bench.transport.stream.update(5, "a", 2);
    bench.transport.stream.update(4, "a", 3);
    bench.transport.stream.snapshot(5, { a: 4 });
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 1 });
    expect(bench.count("droppedStaleUpdates")).toBe(3);
    expect(bench.status.state).toBe("live");
  });

  it("does not apply beyond a gap, and takes the resync snapshot in the same stream", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 5);
    bench.transport.stream.update(7, "a", 7);
    bench.transport.stream.update(8, "a", 8);
    await bench.clock.advance(4_999);
    expect(bench.visible).toEqual({ a: 1 });
    expect(bench.count("discontinuities")).toBe(2);
    bench.transport.stream.snapshot(8, { a: 8 });
    await bench.clock.advance(60_000);
    expect(bench.visible).toEqual({ a: 8 });
    expect(bench.transport.streams).toHaveLength(1);
    bench.transport.stream.update(9, "a", 9);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 9 });
  });

  it("opens the stream anew when no resync snapshot comes within resyncTimeoutMs, counted from the gap", async () => {
    bench = new EngineBench({ resyncTimeoutMs: 3_000 });
    await bench.goLive({ a: 1 }, 5);
    bench.transport.stream.update(7, "a", 7);
    await bench.clock.advance(2_000);
    bench.transport.stream.update(9, "a", 9);
    await bench.clock.advance(999);
    expect(bench.status.state).toBe("live");
    await bench.clock.advance(1);
    expect(bench.status).toMatchObject({ state: "stale", lastError: { code: "stream" } });
    expect(bench.status.lastError?.message).toContain("3000 ms");
    expect(bench.transport.stream.cancelled).toBe(true);
    await bench.clock.advance(500);
    expect(bench.transport.streams).toHaveLength(2);
  });

  it("treats a message that cannot be read as missing, and opens the stream anew without a resync", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 5);
    bench.transport.stream.handlers.onBadMessage(new ConfigStreamError("bad_message", "no setting"));
    bench.transport.stream.update(7, "a", 7);
    await bench.clock.advance(5_000);
    expect(bench.count("badMessages")).toBe(1);
    expect(bench.visible).toEqual({ a: 1 });
    expect(bench.status.state).toBe("stale");
  });

  it("passes over an event of an unknown kind without opening the stream anew", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 5);
    bench.transport.stream.handlers.onBadMessage(new UnknownEventError());
    bench.transport.stream.update(6, "a", 6);
    await bench.clock.advance(60_000);
    expect(bench.count("badMessages")).toBe(1);
    expect(bench.visible).toEqual({ a: 6 });
    expect(bench.transport.streams).toHaveLength(1);
  });

  it("ignores everything from a stream that is over", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    const old = bench.transport.stream;
    old.update(3, "a", 3);
    await bench.clock.advance(6_000);
    bench.transport.stream.snapshot(10, { a: 10 });
    await bench.clock.settle();
    const messages = bench.messages;
    old.update(11, "a", "old");
    old.snapshot(12, { a: "old" });
    old.handlers.onBadMessage(new Error("old"));
    old.handlers.onEnd(grpcError(unavailable));
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 10 });
    expect(bench.messages).toBe(messages);
    expect(bench.status.state).toBe("live");
    expect(bench.count("badMessages")).toBe(0);
  });
});

describe("batches", () => {
  it("makes one publish of updates that arrive together, with their net difference", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1, b: 1, c: 1 }, 1);
    const { stream } = bench.transport;
    stream.update(2, "a", 2);
    stream.update(3, "b", 2);
    stream.update(4, "a", 3);
    stream.update(5, "b", 1);
    stream.update(6, "c", 9);
    await bench.clock.settle();
    expect(bench.publications).toHaveLength(2);
    const changes = bench.publications[1]?.changes ?? [];
    expect(bench.publications[1]?.sequenceId).toBe(6);
    expect(
      changes.map(({ key, oldValue, setting, valueChanged }) => [key, oldValue, setting?.value, valueChanged]),
    ).toEqual([
      ["a", 1, 3, true],
      ["b", 1, 1, false],
      ["c", 1, 9, true],
    ]);
    expect(bench.notified[1]).toBe(bench.publications[1]);
    expect(bench.count("updatesApplied")).toBe(5);
  });

  it("waits for another turn only while every turn brings more, and not for ever", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    const { stream } = bench.transport;
    stream.update(2, "a", 2);
    // The first deferred callback already handles a lone message.
    bench.clock.runNext();
    expect(bench.publications.at(-1)?.sequenceId).toBe(2);
    let id = 2;
    let turns = 0;
    for (stream.update(++id, "a", id); bench.publications.length === 2; turns++) {
      stream.update(++id, "a", id);
      bench.clock.runNext();
    }
    expect(turns).toBe(12);
    expect(bench.publications.at(-1)?.sequenceId).toBe(id);
  });

  it("says nothing of a key that comes and goes within one batch", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    const { handlers } = bench.transport.stream;
    bench.transport.stream.update(2, "new", 1);
    handlers.onEvent({
      kind: "update",
      origin: "core-agent",
      sequenceId: 3,
      setting: { source: "", key: "new", value: null, unsetSource: "file" },
    });
    await bench.clock.settle();
    expect(bench.publications[1]).toMatchObject({ sequenceId: 3, origin: "core-agent", changes: [] });
  });

  it("keeps the order around a snapshot in the middle of a batch", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    const { stream } = bench.transport;
    stream.update(2, "a", 2);
    stream.snapshot(3, { b: 3 });
    stream.update(4, "b", 4);
    await bench.clock.settle();
    expect(bench.publications.map((publication) => publication.sequenceId)).toEqual([1, 2, 3, 4]);
    expect(bench.visible).toEqual({ b: 4 });
    expect(bench.count("snapshotsApplied")).toBe(2);
  });

  it("publishes what arrived just before the end of the stream", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    bench.transport.stream.update(2, "a", 2);
    bench.transport.stream.end();
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 2 });
    expect(bench.status.state).toBe("stale");
  });
});

describe("refused states", () => {
  it("keeps the last good settings, counts, and tells the error while the stream goes on", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    bench.refusePublication = () => true;
    bench.transport.stream.update(2, "a", 2);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 1 });
    expect(bench.notified).toHaveLength(1);
    expect(bench.count("refusedStates")).toBe(1);
    expect(bench.count("updatesApplied")).toBe(0);
    expect(bench.status).toMatchObject({ state: "live", lastError: { code: "limit_exceeded" } });
  });

  it("applies no update on top of a refused state, and a snapshot then publishes the exact difference", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1, b: 1, c: 1 }, 1);
    const { stream } = bench.transport;
    bench.refusePublication = ({ sequenceId }) => sequenceId === 4;
    stream.update(2, "a", 2);
    stream.update(3, "b", 2);
    stream.update(4, "c", 2);
    await bench.clock.settle();
    stream.update(5, "c", 3);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 1, b: 1, c: 1 });
    // The store has a = 2 and b = 2 by now, readers do not: comparing with the store alone would miss `a`.
    stream.snapshot(5, { a: 2, b: 1, c: 3 });
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 2, b: 1, c: 3 });
    const changed = bench.notified.at(-1)?.changes.filter((change) => change.valueChanged) ?? [];
    expect(changed.map(({ key, oldValue }) => [key, oldValue])).toEqual([
      ["a", 1],
      ["c", 1],
    ]);
    stream.update(6, "a", 6);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 6, b: 1, c: 3 });
  });

  it("serves no snapshot that is older than what readers see, in the stream of a refused state", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 5 }, 5);
    bench.refusePublication = ({ sequenceId }) => sequenceId === 10;
    const { stream } = bench.transport;
    stream.snapshot(10, { a: 10 });
    await bench.clock.settle();
    bench.refusePublication = () => false;
    for (const id of [4, 5, 6, 9]) stream.snapshot(id, { a: id - 100 });
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 5 });
    expect(bench.count("droppedStaleUpdates")).toBe(4);
    stream.snapshot(10, { a: 10 });
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 10 });
  });

  it("serves no snapshot that is older than a stream's first one, which was refused", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 5 }, 5);
    bench.transport.stream.end();
    await bench.clock.advance(600);
    bench.refusePublication = () => true;
    const { stream } = bench.transport;
    stream.snapshot(10, { a: 10 });
    await bench.clock.settle();
    bench.refusePublication = () => false;
    stream.snapshot(3, { a: 3 });
    stream.update(10, "a", 11);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 5 });
    stream.snapshot(10, { a: 10 });
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 10 });
  });

  it("stays the last error, with its code, when no resync snapshot follows in time", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    bench.refusePublication = () => true;
    bench.transport.stream.update(2, "a", 2);
    await bench.clock.advance(5_000);
    expect(bench.status.state).toBe("stale");
    expect(bench.status.lastError).toMatchObject({
      code: "limit_exceeded",
      message: expect.stringMatching(/^Too large for the test\. .*no resync snapshot within 5000 ms/),
    });
    bench.refusePublication = () => false;
  });

  it("leaves out a setting that nobody could read, names it, and keeps its last good value", async () => {
    bench = new EngineBench();
    const skip = new Set(["bad", "worse"]);
    bench.skips = (key, value) => skip.has(key) && value === "unfit";
    await bench.goLive({ good: 1, bad: 1 }, 1);
    const { stream } = bench.transport;
    stream.snapshot(2, { good: 2, bad: "unfit", worse: "unfit", "": "no key" });
    await bench.clock.settle();
    expect(bench.visible).toEqual({ good: 2, bad: 1 });
    expect(bench.status).toMatchObject({ state: "live", lastError: { message: expect.stringContaining("empty key") } });
    expect(bench.status.lastError?.message).toMatch(/"bad".*"worse"/);
    expect(bench.count("skippedSettings")).toBe(3);
    stream.update(3, "good", 3);
    stream.update(4, "", "no key");
    stream.update(5, "bad", 5);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ good: 3, bad: 5 });
    expect(bench.publications.at(-1)?.changes.find(({ key }) => key === "bad")).toMatchObject({ oldValue: 1 });
    // What came back to what readers see is no change, and what they never saw is not removed.
    stream.update(6, "bad", "unfit");
    await bench.clock.settle();
    stream.snapshot(7, { good: 3, bad: 5 });
    await bench.clock.settle();
    expect(bench.publications.at(-1)?.changes.filter((change) => change.valueChanged)).toEqual([]);
    expect(bench.visible).toEqual({ good: 3, bad: 5 });
  });

  it("accepts a resync snapshot that carries the refused state's own id", async () => {
    bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    bench.refusePublication = () => true;
    bench.transport.stream.update(2, "a", 2);
    await bench.clock.settle();
    bench.refusePublication = () => false;
    bench.transport.stream.snapshot(2, { a: 2 });
    await bench.clock.advance(60_000);
    expect(bench.visible).toEqual({ a: 2 });
    expect(bench.transport.streams).toHaveLength(1);
  });

  it("opens the stream anew with growing pauses while every snapshot is refused, and is never live meanwhile", async () => {
    bench = new EngineBench();
    bench.random = 0.999;
    bench.refusePublication = () => true;
    bench.transport.onStream = (stream) => queueMicrotask(() => stream.snapshot(1, { a: 1 }));
    await bench.start();
    await bench.clock.advance(120_000);
    const opened = bench.transport.streams.map((stream) => stream.openedAtMs);
    const pauses = opened.slice(1).map((at, index) => at - (opened[index] ?? 0) - 5_000);
    expect(pauses.length).toBeGreaterThan(4);
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThan(Math.min(500 * 2 ** index, 30_000) * 0.9);
    }
    expect(bench.statuses.map((status) => status.state)).not.toContain("live");
    expect(bench.status.state).toBe("failed");
  });

  it("refuses a state with more keys than the limit whole", async () => {
    bench = new EngineBench({ limits: { maxKeys: 2, maxValueBytes: 1_000, maxRegionBytes: 1_000_000 } });
    await bench.goLive({ a: 1, b: 1 }, 1);
    bench.transport.stream.snapshot(2, { a: 2, b: 2, c: 2 });
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 1, b: 1 });
    expect(bench.status.lastError?.code).toBe("limit_exceeded");
    expect(bench.count("refusedStates")).toBe(1);
  });
});

describe("reconnecting", () => {
  it("waits at least 250 ms on every path, a clean end of stream included", async () => {
    for (const end of [undefined, grpcError(unavailable), grpcError(internal)]) {
      bench = new EngineBench();
      bench.random = 0;
      await bench.goLive();
      bench.transport.stream.end(end);
      await bench.clock.advance(249);
      expect(bench.transport.streams).toHaveLength(1);
      await bench.clock.advance(1);
      expect(bench.transport.streams).toHaveLength(2);
      await bench.engine.stop();
    }
  });

  it("makes no hot loop of a core agent that ends every stream cleanly after its snapshot", async () => {
    bench = new EngineBench();
    bench.random = 0;
    bench.transport.onStream = (stream) =>
      queueMicrotask(() => {
        stream.snapshot(1, { a: 1 });
        stream.end();
      });
    await bench.start();
    await bench.clock.advance(10_000);
    expect(bench.transport.streams.length).toBeLessThanOrEqual(41);
    expect(bench.transport.streams.length).toBeGreaterThan(20);
  });

  it("backs off exponentially with full jitter up to 30 s", async () => {
    bench = new EngineBench();
    bench.random = 0.999_999;
    bench.transport.onRegister = async () => {
      throw grpcError(unavailable);
    };
    await bench.start();
    await bench.clock.advance(200_000);
    const at = bench.transport.registeredAtMs;
    const pauses = at.slice(1).map((time, index) => Math.round(time - (at[index] ?? 0)));
    expect(pauses.slice(0, 9)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("resets the back-off only after the stream has been live for 60 s", async () => {
    bench = new EngineBench();
    bench.random = 0.999_999;
    const pauseAfter = async (liveMs: number) => {
      bench.transport.stream.snapshot(1, { a: 1 });
      await bench.clock.advance(liveMs);
      const endedAt = bench.clock.monotonic();
      const { length } = bench.transport.streams;
      bench.transport.stream.end();
      while (bench.transport.streams.length === length) await bench.clock.advance(100);
      return Math.round(bench.transport.stream.openedAtMs - endedAt);
    };
    await bench.start();
    expect(await pauseAfter(1_000)).toBe(500);
    expect(await pauseAfter(59_999)).toBe(1_000);
    expect(await pauseAfter(1_000)).toBe(2_000);
    expect(await pauseAfter(60_000)).toBe(500);
    expect(await pauseAfter(1_000)).toBe(1_000);
  });

  it("never has two streams, two connections or two retry timers", async () => {
    bench = new EngineBench();
    let worstStreams = 0;
    let worstConnections = 0;
    bench.transport.onStream = (stream) => {
      worstStreams = Math.max(worstStreams, bench.transport.openStreams);
      worstConnections = Math.max(worstConnections, bench.transport.openConnections);
      queueMicrotask(() => {
        stream.snapshot(1, { a: 1 });
        stream.update(3, "a", 3);
      });
    };
    await bench.start();
    for (let i = 0; i < 20; i++) {
      await bench.clock.advance(3_000);
      if (bench.transport.stream.isOpen && i % 3 === 0) bench.transport.stream.end(grpcError(unavailable));
    }
    expect(bench.transport.streams.length).toBeGreaterThan(5);
    expect(worstStreams).toBe(1);
    expect(worstConnections).toBe(1);
    // Refresh, resync or retry: at most the two of an open stream.
    expect(bench.clock.pending).toBeLessThanOrEqual(2);
  });

  it("counts every attempt after the first, and shows attempt, next attempt and last error", async () => {
    bench = new EngineBench();
    bench.transport.onRegister = async () => {
      throw grpcError(unavailable, "Nothing accepts connections.");
    };
    await bench.start();
    expect(bench.status).toMatchObject({
      state: "failed",
      step: "registration",
      attempt: 1,
      nextAttemptAtMs: bench.clock.now() + 375,
      lastError: { code: "unavailable", message: "Nothing accepts connections.", atMs: bench.clock.now() },
    });
    expect(bench.count("reconnects")).toBe(0);
    await bench.clock.advance(375);
    expect(bench.status.attempt).toBe(2);
    expect(bench.count("reconnects")).toBe(1);
  });

  it("stays stale through its attempts once settings were published, and failed when none ever were", async () => {
    bench = new EngineBench();
    await bench.goLive();
    bench.transport.onRegister = async () => {
      throw grpcError(unavailable);
    };
    bench.transport.stream.end(grpcError(unavailable));
    const before = bench.statuses.length;
    await bench.clock.advance(60_000);
    expect(new Set(bench.statuses.slice(before).map((status) => status.state))).toEqual(new Set(["stale"]));
    bench.transport.stream.snapshot(1, { a: 1 });
    await bench.clock.settle();
    expect(bench.status).toMatchObject({ state: "live", attempt: 0 });
  });

  it("notices two refreshes in a row without an answer and reconnects with the same session", async () => {
    bench = new EngineBench();
    await bench.goLive();
    bench.transport.onRefresh = async () => {
      throw grpcError(4);
    };
    await bench.clock.advance(10_000);
    expect(bench.status.state).toBe("live");
    await bench.clock.advance(10_000);
    expect(bench.status).toMatchObject({ state: "stale", lastError: { code: "unavailable" } });
    await bench.clock.advance(500);
    expect(bench.transport.connections).toHaveLength(2);
    expect(bench.transport.streams.map((stream) => stream.sessionId)).toEqual(["session-1", "session-1"]);
    expect(bench.transport.registeredAtMs).toHaveLength(1);
  });
});

describe("lost sessions", () => {
  it.each([permissionDenied, unauthenticated, 5])(
    "registers again at once when a stream is refused with status %i, and only then with back-off",
    async (status) => {
      bench = new EngineBench();
      bench.random = 0.999_999;
      bench.transport.onStream = (stream) => queueMicrotask(() => stream.end(grpcError(status)));
      await bench.start();
      expect(bench.transport.registeredAtMs).toEqual([0, 0]);
      await bench.clock.advance(20_000);
      const at = bench.transport.registeredAtMs.map(Math.round);
      expect(at.slice(0, 6)).toEqual([0, 0, 500, 1_500, 3_500, 7_500]);
      const ids = bench.transport.streams.map((stream) => stream.sessionId);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  it("renews at once again after an outage of the core agent, which forgets its sessions", async () => {
    bench = new EngineBench();
    await bench.goLive();
    bench.transport.stream.end(grpcError(unavailable));
    bench.transport.onStream = (stream) => {
      if (stream.sessionId === "session-1") queueMicrotask(() => stream.end(grpcError(unauthenticated)));
    };
    await bench.clock.advance(500);
    expect(bench.transport.streams.map((stream) => stream.sessionId)).toEqual(["session-1", "session-1", "session-2"]);
    const [, second, third] = bench.transport.streams;
    expect(third?.openedAtMs).toBe(second?.openedAtMs);
  });

  it("renews at once again when a stream was live for long since the last rejection", async () => {
    bench = new EngineBench();
    await bench.goLive();
    bench.transport.onStream = (stream) => queueMicrotask(() => stream.snapshot(1, { a: 1 }));
    for (const openedAtMs of [0, 60_000]) {
      expect(bench.transport.stream.openedAtMs).toBe(openedAtMs);
      await bench.clock.advance(60_000);
      bench.transport.stream.end(grpcError(permissionDenied));
      await bench.clock.settle();
    }
    expect(bench.transport.stream).toMatchObject({ openedAtMs: 120_000, sessionId: "session-3" });
  });

  it("drops the stream and registers again at once when a refresh is rejected", async () => {
    bench = new EngineBench();
    await bench.goLive();
    bench.transport.onRefresh = async () => {
      throw grpcError(5);
    };
    await bench.clock.advance(10_000);
    expect(bench.transport.streams[0]?.cancelled).toBe(true);
    expect(bench.transport.streams.map((stream) => stream.openedAtMs)).toEqual([0, 10_000]);
    expect(bench.transport.stream.sessionId).toBe("session-2");
    expect(bench.count("sessionRegistrations")).toBe(2);
  });

  it("shows failed for a fixed session id that is rejected, even with settings, and retries with back-off", async () => {
    bench = new EngineBench({ session: { kind: "fixed", sessionId: "given" } });
    bench.random = 0.999_999;
    await bench.goLive();
    bench.transport.onStream = (stream) => queueMicrotask(() => stream.end(grpcError(unauthenticated)));
    bench.transport.stream.end(grpcError(unauthenticated));
    await bench.clock.settle();
    expect(bench.status).toMatchObject({ state: "failed", step: "registration" });
    await bench.clock.advance(20_000);
    expect(bench.transport.streams.map((stream) => Math.round(stream.openedAtMs)).slice(0, 5)).toEqual([
      0, 500, 1_500, 3_500, 7_500,
    ]);
    expect(new Set(bench.transport.streams.map((stream) => stream.sessionId))).toEqual(new Set(["given"]));
    expect(bench.transport.registeredAtMs).toEqual([]);
  });

  it("asks the provider again at every rejection", async () => {
    const given = ["one", "two", "three"];
    bench = new EngineBench({ session: { kind: "provider" } }, async () => given.shift() ?? "last");
    await bench.goLive();
    bench.transport.stream.end(grpcError(permissionDenied));
    await bench.clock.settle();
    expect(bench.transport.stream.sessionId).toBe("two");
    bench.transport.stream.end(grpcError(permissionDenied));
    await bench.clock.advance(500);
    expect(bench.transport.stream.sessionId).toBe("three");
  });
});

describe("credentials", () => {
  it("are waited for, polled every 2 s, and the attempt fails after 60 s with the reader's sentence", async () => {
    bench = new EngineBench();
    bench.readCredentials = async () => {
      throw new ConfigStreamError("credentials", "The token file /run/auth_token does not exist.");
    };
    await bench.start();
    expect(bench.status).toMatchObject({ state: "starting", step: "credentials", lastError: { code: "credentials" } });
    await bench.clock.advance(59_999);
    expect(bench.credentialReads).toBe(30);
    expect(bench.status.state).toBe("starting");
    await bench.clock.advance(1);
    expect(bench.credentialReads).toBe(31);
    expect(bench.status).toMatchObject({ state: "failed", step: "credentials" });
    expect(bench.status.lastError?.message).toContain("/run/auth_token does not exist");
    expect(bench.status.lastError?.message).toContain("60000 ms");
    expect(bench.transport.connections).toHaveLength(0);
  });

  it("are used as soon as they appear", async () => {
    bench = new EngineBench();
    let present = false;
    bench.readCredentials = async () => {
      if (!present) throw new ConfigStreamError("credentials", "missing");
      return { token: "t", certificate: "c", privateKey: "k" };
    };
    await bench.start();
    await bench.clock.advance(5_000);
    present = true;
    await bench.clock.advance(1_000);
    expect(bench.transport.streams).toHaveLength(1);
  });

  it("are read again at every attempt, so that rotation works", async () => {
    bench = new EngineBench();
    let token = "old";
    bench.readCredentials = async () => ({ token, certificate: "c", privateKey: "k" });
    await bench.goLive();
    token = "new";
    bench.transport.stream.end(grpcError(unauthenticated));
    await bench.clock.settle();
    expect(bench.transport.credentialsSeen.map((credentials) => credentials?.token)).toEqual(["old", "new"]);
  });
});

describe("the log", () => {
  it("has one line when an outage begins, at most one a minute while it lasts, and one with its length at the end", async () => {
    bench = new EngineBench();
    await bench.goLive();
    expect(bench.visibleLines).toEqual([]);
    bench.transport.onStream = (stream) => queueMicrotask(() => stream.end(grpcError(unavailable, "It is down.")));
    bench.transport.stream.end(grpcError(unavailable, "It is down."));
    await bench.clock.advance(300_000);
    const during = bench.visibleLines;
    expect(during[0]).toMatchObject({
      level: "warn",
      message:
        'Configuration updates are interrupted. It is down. (Core agent localhost:5001, step "live stream", ' +
        "code unavailable, gRPC status UNAVAILABLE, attempt 1, next in 375 ms.)",
      atMs: 0,
    });
    expect(during.length).toBeGreaterThanOrEqual(4);
    for (const [index, line] of during.entries()) {
      if (index > 0) expect(line.atMs - (during[index - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
    }
    bench.transport.onStream = (stream) => queueMicrotask(() => stream.snapshot(1, { a: 1 }));
    await bench.clock.advance(30_000);
    const last = bench.visibleLines.at(-1);
    expect(last).toMatchObject({ level: "info" });
    expect(last?.message).toMatch(/^Configuration updates flow again, after 5 min \d+ s\.$/);
    expect(bench.visibleLines.filter((line) => line.level === "info")).toHaveLength(1);
  });

  it("never has a session id, a token or a setting value", async () => {
    bench = new EngineBench({ session: { kind: "fixed", sessionId: planted("session") } });
    bench.readCredentials = async () => ({ token: planted("token"), certificate: "c", privateKey: planted("key") });
    await bench.goLive({ a: planted("value") });
    bench.refusePublication = () => true;
    bench.transport.stream.update(2, "a", planted("other"));
    await bench.clock.advance(6_000);
    bench.transport.stream.end(grpcError(unauthenticated));
    await bench.clock.advance(60_000);
    expect(bench.lines.length).toBeGreaterThan(0);
    expect(showsPlanted(JSON.stringify([bench.lines, bench.statuses]))).toBe(false);
  });
});

describe("stopping", () => {
  it("cancels stream, channel and timers, says stopped last, and calls nothing afterwards", async () => {
    bench = new EngineBench();
    await bench.goLive();
    const { stream } = bench.transport;
    stream.update(2, "a", 2);
    await bench.engine.stop();
    expect(bench.status.state).toBe("stopped");
    expect(bench.clock.pending).toBe(0);
    const { length } = bench.order;
    stream.update(3, "a", 3);
    stream.end(grpcError(unavailable));
    await bench.clock.advance(600_000);
    expect(bench.order).toHaveLength(length);
    expect(bench.visible).toEqual({ a: 1 });
  });

  it("ends at every step: before the start, waiting for credentials, registering, backing off", async () => {
    const never = new Promise<never>(() => {});
    const cases: ((made: EngineBench) => void)[] = [
      (made) => {
        made.readCredentials = () => never;
      },
      (made) => {
        made.readCredentials = () => Promise.reject(new ConfigStreamError("credentials", "missing"));
      },
      (made) => {
        made.transport.onRegister = () => never;
      },
      (made) => {
        made.transport.onRegister = () => Promise.reject(grpcError(unavailable));
      },
    ];
    for (const prepare of cases) {
      bench = new EngineBench();
      prepare(bench);
      await bench.start();
      await bench.engine.stop();
      expect(bench.status.state).toBe("stopped");
      expect(bench.clock.pending).toBe(0);
      expect(bench.transport.openConnections).toBe(0);
    }
    bench = new EngineBench();
    await bench.engine.stop();
    await bench.start();
    expect(bench.transport.connections).toHaveLength(0);
  });

  it("does not wait for a session provider that never answers", async () => {
    bench = new EngineBench({ session: { kind: "provider" } }, () => new Promise(() => {}));
    await bench.start();
    expect(bench.status.state).toBe("registering");
    await bench.engine.stop();
    expect(bench.status.state).toBe("stopped");
  });

  it("is idempotent, and a second start does nothing", async () => {
    bench = new EngineBench();
    await bench.goLive();
    bench.engine.start();
    await bench.clock.settle();
    expect(bench.transport.connections).toHaveLength(1);
    expect(bench.engine.stop()).toBe(bench.engine.stop());
  });
});
