/** An engine as who owns it sees it: what it gives out, and what its end leaves. */
import { describe, expect, it } from "vitest";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import { UnknownEventError } from "../../../../src/worker/link/grpc-failure.js";
import { EngineBench } from "../../../support/engine/engine-bench.js";
import { grpcError } from "../../../support/engine/fake-transport.js";

it("an engine that was stopped says nothing of a defect, and does not begin again", async () => {
  const bench = new EngineBench();
  await bench.goLive();
  await bench.engine.stop();
  expect([bench.defects, bench.visibleLines.filter(({ level }) => level === "error")]).toEqual([[], []]);
  expect(bench.status).toMatchObject({ state: "stopped", lastError: undefined });
  const idle = new EngineBench();
  await idle.engine.stop();
  idle.engine.start();
  await idle.clock.advance(60_000);
  expect([idle.credentialReads, idle.transport.connections.length, idle.clock.pending]).toEqual([0, 0, 0]);
});

it("an engine gives out what was published, and nothing before", async () => {
  const bench = new EngineBench();
  expect(bench.engine.published()).toBe(undefined);
  await bench.goLive();
  bench.transport.stream.snapshot(7, { a: 1 });
  await bench.clock.settle();
  expect(bench.engine.published()).toEqual([["a", [{ source: "file", value: 1 }]]]);
  const changes = bench.engine.trial([["a", [{ source: "file", value: 2 }]]]);
  expect(changes).toEqual([]);
  await bench.engine.stop();
});

it("a stream that was live for long begins the back-off anew, whatever was published on it", async () => {
  const bench = new EngineBench();
  await bench.goLive();
  const lastDelay = () => (bench.status.nextAttemptAtMs ?? Number.NaN) - bench.clock.now();
  const fail = async () => {
    bench.transport.stream.end(grpcError(14));
    await bench.clock.settle();
    return lastDelay();
  };
  const delays = [await fail()];
  for (let times = 0; times < 3; times++) {
    await bench.clock.advance(delays.at(-1) ?? 0);
    delays.push(await fail());
  }
  expect(delays.at(-1)).toBeGreaterThan(delays[0] ?? Number.NaN);
  await bench.clock.advance(delays.at(-1) ?? 0);
  bench.transport.stream.snapshot(8, { a: 1 });
  await bench.clock.advance(61_000);
  bench.transport.stream.update(9, "a", 2);
  await bench.clock.settle();
  expect(await fail()).toBe(delays[0]);
  await bench.engine.stop();
});

describe("a message that", () => {
  it("cannot be read may be the one that is missing: no update is taken after it, but a snapshot", async () => {
    const bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    bench.transport.stream.handlers.onBadMessage(new ConfigStreamError("bad_message", "It is none."));
    await bench.clock.settle();
    expect(bench.status).toMatchObject({ state: "live", lastError: { code: "bad_message", message: "It is none." } });
    bench.transport.stream.update(2, "a", 2);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 1 });
    bench.transport.stream.snapshot(2, { a: 3 });
    await bench.clock.settle();
    bench.transport.stream.update(3, "a", 4);
    await bench.clock.settle();
    expect([bench.visible, bench.count("badMessages")]).toEqual([{ a: 4 }, 1]);
    await bench.clock.advance(10_000);
    expect(bench.transport.streams).toHaveLength(1);
    await bench.engine.stop();
  });

  it("cannot be read is followed by another stream, when no snapshot comes", async () => {
    const bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    bench.transport.stream.handlers.onBadMessage(new Error("secret"));
    await bench.clock.advance(10_000);
    expect(bench.transport.streams.length).toBeGreaterThan(1);
    expect(JSON.stringify([bench.status, bench.lines])).not.toContain("secret");
    await bench.engine.stop();
  });

  it("is of an unknown kind is counted and passed over, and shows that the core agent is there", async () => {
    const bench = new EngineBench();
    await bench.goLive({ a: 1 }, 1);
    const { messages } = bench;
    bench.transport.stream.handlers.onBadMessage(new UnknownEventError());
    bench.transport.stream.update(2, "a", 2);
    await bench.clock.settle();
    expect(bench.status).toMatchObject({ state: "live", lastError: undefined });
    expect([bench.visible, bench.count("badMessages"), bench.messages - messages]).toEqual([{ a: 2 }, 1, 2]);
    await bench.engine.stop();
  });
});

it("what a snapshot supersedes before it is shown is counted by its kind", async () => {
  const bench = new EngineBench({ settleMs: 1_000 });
  await bench.start();
  bench.transport.stream.snapshot(1, { a: 1 });
  bench.transport.stream.update(2, "a", 2);
  bench.transport.stream.snapshot(3, { a: 3 });
  await bench.clock.advance(2_000);
  expect(bench.publications).toHaveLength(1);
  expect([bench.visible, bench.count("snapshotsApplied"), bench.count("updatesApplied")]).toEqual([{ a: 3 }, 2, 1]);
  await bench.engine.stop();
});

it("a stream that wants a snapshot is reopened after the least pause, and that shows as the next attempt", async () => {
  const bench = new EngineBench({ dialect: "leaf" });
  await bench.start();
  bench.transport.stream.snapshot(1, { a: 1 }, "cli");
  await bench.clock.settle();
  bench.transport.stream.update(2, "a", 2, "file");
  await bench.clock.settle();
  expect(bench.transport.openStreams).toBe(0);
  expect(bench.status.nextAttemptAtMs).toBe(bench.clock.now() + 250);
  await bench.clock.advance(250);
  expect([bench.transport.streams.length, bench.transport.openStreams]).toEqual([2, 1]);
  await bench.engine.stop();
});

it("a rejected session that can be replaced is not hopeless, and one that cannot is, also while settings can be read", async () => {
  for (const [session, state] of [
    [{ kind: "register" }, "stale"],
    [{ kind: "fixed", sessionId: "mine" }, "failed"],
  ] as const) {
    const bench = new EngineBench({ session });
    await bench.goLive();
    bench.transport.onRegister = () => new Promise(() => {});
    bench.transport.stream.end(grpcError(16));
    await bench.clock.settle();
    expect([session.kind, bench.status.state]).toEqual([session.kind, state]);
    await bench.engine.stop();
  }
});

it("an engine that is stopped by who is told of a publication shows no more of that stream, and waits for nothing", async () => {
  const bench = new EngineBench();
  await bench.start();
  let stopped: Promise<void> | undefined;
  bench.onPublish = () => {
    stopped ??= bench.engine.stop();
  };
  bench.transport.stream.snapshot(1, { a: 1 });
  // With a gap, after which a snapshot would be waited for.
  bench.transport.stream.update(5, "a", 2);
  await bench.clock.settle();
  await stopped;
  expect(bench.statuses.map(({ state }) => state)).not.toContain("live");
  expect(bench.status.state).toBe("stopped");
  expect([bench.publications.length, bench.clock.pending]).toEqual([1, 0]);
});
