/** What `settleMs` promises: related settings that come one by one show at once, and nothing is lost by waiting. */
import { afterEach, describe, expect, it } from "vitest";
import { EngineBench, testParams } from "../../../support/engine/engine-bench.js";
import { grpcError } from "../../../support/engine/fake-transport.js";

const unavailable = 14;
let bench: EngineBench;

afterEach(async () => {
  await bench.engine.stop();
  expect(bench.clock.pending).toBe(0);
});

async function startSettling(settleMs = 100): Promise<void> {
  bench = new EngineBench({ settleMs });
  await bench.goLive({ host: "a", port: 1 });
  await bench.clock.advance(settleMs);
  expect(bench.publications).toHaveLength(1);
}

const ids = () => bench.publications.map(({ sequenceId }) => sequenceId);

describe("with settleMs a publish waits until the core agent pauses", () => {
  it("shows updates that follow one another as one publish, in their order, with the last one's id", async () => {
    await startSettling();
    bench.transport.stream.update(2, "host", "b");
    await bench.clock.advance(99);
    bench.transport.stream.update(3, "port", 2);
    await bench.clock.advance(50);
    bench.transport.stream.update(4, "host", "c");
    await bench.clock.advance(99);
    expect(ids()).toEqual([1]);
    await bench.clock.advance(1);
    expect(ids()).toEqual([1, 4]);
    expect(bench.visible).toEqual({ host: "c", port: 2 });
    expect(bench.publications[1]?.changes).toHaveLength(2);
    expect(bench.count("updatesApplied")).toBe(3);
  });

  it("waits at most ten times as long for a core agent that never pauses", async () => {
    await startSettling();
    for (let id = 2; id <= 40; id++) {
      bench.transport.stream.update(id, "port", id);
      await bench.clock.advance(50);
    }
    expect(bench.publications.length).toBeGreaterThanOrEqual(2);
    // The first update came at 0, so that those until 950 ms are in, and the one of 1,000 ms may be.
    expect(bench.publications[1]?.sequenceId).toBeGreaterThanOrEqual(21);
    expect(bench.publications[1]?.sequenceId).toBeLessThanOrEqual(22);
  });

  it("publishes at once without it", async () => {
    bench = new EngineBench();
    await bench.goLive({ host: "a", port: 1 });
    bench.transport.stream.update(2, "host", "b");
    await bench.clock.settle();
    expect(ids()).toEqual([1, 2]);
  });

  it("counts a message as received when it comes, and not when it is published", async () => {
    await startSettling();
    const before = bench.messages;
    bench.transport.stream.update(2, "host", "b");
    await bench.clock.settle();
    expect(bench.messages).toBe(before + 1);
    expect(ids()).toEqual([1]);
  });
});

describe("while a publish is held back nothing is lost", () => {
  it("at stop", async () => {
    await startSettling();
    bench.transport.stream.update(2, "host", "b");
    await bench.clock.settle();
    await bench.engine.stop();
    expect(bench.visible.host).toBe("b");
    expect(bench.status.state).toBe("stopped");
  });

  it("when the stream ends, also by an error, and the next stream goes on", async () => {
    await startSettling();
    bench.transport.stream.update(2, "host", "b");
    bench.transport.stream.end(grpcError(unavailable));
    await bench.clock.settle();
    expect(bench.visible.host).toBe("b");
    await bench.clock.advance(1_000);
    bench.transport.stream.snapshot(1, { host: "b", port: 5 });
    await bench.clock.advance(100);
    expect(bench.visible).toEqual({ host: "b", port: 5 });
  });

  it("when a snapshot comes, which says all of it, so that no publish shows what came before alone", async () => {
    await startSettling();
    bench.transport.stream.update(2, "host", "b");
    await bench.clock.advance(10);
    bench.transport.stream.snapshot(3, { host: "b", port: 2 });
    await bench.clock.advance(10);
    bench.transport.stream.update(4, "port", 3);
    await bench.clock.advance(100);
    expect(ids()).toEqual([1, 4]);
    expect(bench.visible).toEqual({ host: "b", port: 3 });
    expect([bench.count("updatesApplied"), bench.count("snapshotsApplied")]).toEqual([2, 2]);
  });

  it("when a gap shows meanwhile: what came before it is published, and the resync is awaited from the gap on", async () => {
    await startSettling();
    bench.transport.stream.update(2, "host", "b");
    await bench.clock.settle();
    bench.transport.stream.update(4, "port", 4);
    await bench.clock.advance(100);
    expect(ids()).toEqual([1, 2]);
    bench.transport.stream.snapshot(4, { host: "b", port: 4 });
    await bench.clock.advance(100);
    expect(bench.visible).toEqual({ host: "b", port: 4 });
    expect(bench.transport.streams).toHaveLength(1);
  });

  it("when the publish is refused: the last good state stays, and a snapshot with the refused id is accepted", async () => {
    await startSettling();
    bench.refusePublication = () => true;
    bench.transport.stream.update(2, "host", "b");
    bench.transport.stream.update(3, "port", 3);
    await bench.clock.advance(100);
    expect(bench.visible).toEqual({ host: "a", port: 1 });
    bench.refusePublication = () => false;
    bench.transport.stream.snapshot(3, { host: "b", port: 3 });
    await bench.clock.advance(100);
    expect(bench.visible).toEqual({ host: "b", port: 3 });
  });

  it("when the publish is refused and nothing more comes: the stream is reopened once a resync is due", async () => {
    await startSettling();
    bench.refusePublication = () => true;
    bench.transport.stream.update(2, "host", "b");
    await bench.clock.advance(100);
    bench.refusePublication = () => false;
    await bench.clock.advance(testParams.resyncTimeoutMs + 1_000);
    expect(bench.transport.streams).toHaveLength(2);
    bench.transport.stream.snapshot(2, { host: "b", port: 1 });
    await bench.clock.advance(100);
    expect(bench.visible).toEqual({ host: "b", port: 1 });
  });

  it("when the publish is refused after a gap: a snapshot that is older than what was missed is not enough", async () => {
    await startSettling();
    bench.refusePublication = () => true;
    bench.transport.stream.update(2, "host", "b");
    bench.transport.stream.update(5, "port", 5);
    await bench.clock.advance(100);
    bench.refusePublication = () => false;
    bench.transport.stream.snapshot(3, { host: "b", port: 3 });
    await bench.clock.advance(testParams.resyncTimeoutMs + 1_000);
    expect(bench.transport.streams).toHaveLength(2);
  });

  it("when the first snapshot is held for longer than one is waited for", async () => {
    bench = new EngineBench({ settleMs: 10_000 });
    await bench.start();
    bench.transport.stream.snapshot(1, { n: 0 });
    for (let id = 2; id <= 9; id++) {
      await bench.clock.advance(9_000);
      bench.transport.stream.update(id, "n", id);
    }
    await bench.clock.advance(10_000);
    expect(bench.transport.streams).toHaveLength(1);
    expect(bench.visible).toEqual({ n: 9 });
  });
});

it("a change set that one message carries is one publish in the middle of updates", async () => {
  bench = new EngineBench();
  await bench.goLive({ host: "a", port: 1 });
  bench.transport.stream.update(2, "other", 1);
  bench.transport.stream.snapshot(3, { host: "b", port: 2, other: 1 });
  bench.transport.stream.update(4, "other", 2);
  await bench.clock.settle();
  expect(bench.publications.map(({ changes }) => changes.map(({ key }) => key))).toEqual([
    ["host", "port"],
    ["other"],
    ["host", "port"],
    ["other"],
  ]);
  expect(bench.count("discontinuities")).toBe(0);
});

it("an override that follows from a setting is in the setting's own publish", async () => {
  bench = new EngineBench({ clientName: "trace-agent" });
  await bench.goLive({ log_level: "info", "apm_config.log_level": "" });
  bench.transport.stream.snapshot(2, { log_level: "warn", "apm_config.log_level": "debug", n: 1 });
  await bench.clock.settle();
  expect(bench.publications).toHaveLength(2);
  expect(bench.visible).toMatchObject({ log_level: "debug", "apm_config.log_level": "debug", n: 1 });
});
