/** A worker that was given up as stuck, and goes on later: it writes nothing, holds nothing open, and leaves readers to its successor. */
import { beforeEach, describe, expect, it } from "vitest";
import { countWriters, isReady, readStatus, supersedeWriters } from "../../../src/memory/facts.js";
import { readHeld } from "../../../src/memory/held.js";
import { header } from "../../../src/memory/layout.js";
import type { Runtime } from "../../../src/shared/messages.js";
import type { EngineParams } from "../../../src/shared/params.js";
import { type FakeTransport, grpcError } from "../../support/engine/fake-transport.js";
import { WorkerProcess } from "../../support/engine/worker-process.js";

const params: Partial<EngineParams> = {
  cache: { path: "/cache", maxAgeMs: 86_400_000, writeIntervalMs: 30_000, waitForFreshMs: 5_000 },
  guards: { rules: { level: { max: 10 } } },
  report: true,
};

/** What a late worker may find to do first. */
const acts: { readonly [what: string]: (late: Late) => void } = {
  "an update comes": ({ transport }) => transport.stream.update(2, "a", 7),
  "a value comes that is to be held": ({ transport }) => transport.stream.update(2, "level", 99),
  "a snapshot comes, after which nothing is held": ({ transport }) => transport.stream.snapshot(2, { a: 7, level: 3 }),
  "a message comes that cannot be read": ({ transport }) => transport.stream.handlers.onBadMessage(new Error("odd")),
  "its stream ends": ({ transport }) => transport.stream.end(grpcError(14)),
  "the last subscriber has gone": ({ runtime }) => runtime.receive({ kind: "subscribed", active: false }),
  "a batch was taken": ({ runtime }) => runtime.receive({ kind: "ack" }),
};

interface Late {
  readonly runtime: Runtime;
  readonly transport: FakeTransport;
}

let app: WorkerProcess;

beforeEach(() => {
  app = new WorkerProcess();
});

/** All that workers share with others. */
const memory = () => [Buffer.from(app.memory.buffer.slice(0)), Buffer.from(app.untold.slice(0))];

/** A worker that is live, with a batch on its way, changes that wait, and a key that is held. */
async function live(): Promise<Late> {
  const runtime = await app.start(params);
  runtime.receive({ kind: "subscribed", active: true });
  await app.snapshot(0, { a: 0, level: 11 });
  await app.set(1, "a", 1);
  return { runtime, transport: app.transport };
}

/** The worker that takes its place. */
async function successor(): Promise<Late> {
  const runtime = await app.start(params);
  runtime.receive({ kind: "subscribed", active: true });
  await app.snapshot(10, { a: 10, level: 12 });
  return { runtime, transport: app.transport };
}

describe("a worker that was given up, and goes on beside its successor", () => {
  it.each(Object.entries(acts))("writes nothing to shared memory when %s", async (_, act) => {
    const late = await live();
    await successor();
    const before = memory();
    act(late);
    await app.clock.settle();
    expect(memory().map((now, i) => now.equals(before[i] as Buffer))).toEqual([true, true]);
    expect(readStatus(app.region)).toMatchObject({ state: "live" });
    expect([app.read("a"), app.read("level")]).toEqual([10, undefined]);
  });

  it("closes its connection and sets no timer more, whether or not anything happens to it", async () => {
    const late = await live();
    const heir = await successor();
    const both = app.clock.pending;
    const beats = app.region.load(header.heartbeat);
    await app.clock.advance(10_000);
    expect(app.region.load(header.heartbeat) - beats).toBe(10);
    expect([late.transport.openStreams, late.transport.openConnections]).toEqual([0, 0]);
    expect([heir.transport.openStreams, heir.transport.openConnections]).toEqual([1, 1]);
    expect(app.clock.pending).toBeLessThan(both);
    await heir.runtime.stop();
    expect(app.clock.pending).toBe(0);
  });

  it("resolves no issue that its successor has open, and reports none", async () => {
    const late = await live();
    const reported = late.transport.reports.length;
    expect(reported).toBe(1);
    await successor();
    acts["a snapshot comes, after which nothing is held"]?.(late);
    await app.clock.advance(60_000);
    expect(late.transport.reports.length).toBe(reported);
    expect(readHeld(app.region).map(({ key }) => key)).toEqual(["level"]);
  });

  it("leaves the cache file to it, also in the middle of a write", async () => {
    const late = await live();
    let goOn = (): void => {};
    app.beforeWrite = () => new Promise((resolve) => (goOn = resolve));
    await app.clock.advance(2_000);
    app.beforeWrite = async () => {};
    const heir = await successor();
    await app.clock.advance(5_000);
    const sequenceId = () => JSON.parse((app.file ?? "{}").split("\n")[0] ?? "").sequenceId;
    expect(sequenceId()).toBe(10);
    goOn();
    await app.clock.settle();
    await late.runtime.stop();
    expect(sequenceId()).toBe(10);
    await heir.runtime.stop();
  });

  it("does not have waits end on settings that nobody has published", async () => {
    const runtime = await app.start(params);
    const late = { runtime, transport: app.transport };
    const heir = await app.start(params);
    late.transport.stream.snapshot(1, { a: 1 });
    await app.clock.settle();
    expect([isReady(app.region), app.read("a")]).toEqual([false, undefined]);
    await heir.stop();
  });
});

describe("a worker that was given up before it had begun, and begins later", () => {
  it.each([true, false])(
    "takes nothing over, writes nothing, and ends (its successor is there: %s)",
    async (hasHeir) => {
      const asked = countWriters(app.region);
      supersedeWriters(app.region);
      const heir = hasHeir ? await successor() : undefined;
      const before = memory();
      const late = app.make(params, asked);
      const { transport } = app;
      late.start();
      await app.clock.settle();
      transport.streams.at(-1)?.snapshot(99, { a: 99 });
      await app.clock.settle();
      expect(memory().map((now, i) => now.equals(before[i] as Buffer))).toEqual([true, true]);
      expect([transport.openStreams, transport.openConnections]).toEqual([0, 0]);
      expect(app.read("a")).toBe(hasHeir ? 10 : undefined);
      heir?.transport.stream.update(11, "a", 11);
      await app.clock.settle();
      expect(app.read("a")).toBe(hasHeir ? 11 : undefined);
      await heir?.runtime.stop();
      expect(app.clock.pending).toBe(0);
    },
  );
});

it.each(Object.entries(acts))(
  "a worker that was given up writes nothing before its successor comes, when %s",
  async (_, act) => {
    const late = await live();
    supersedeWriters(app.region);
    const before = memory();
    act(late);
    await app.clock.settle();
    expect(memory().map((now, i) => now.equals(before[i] as Buffer))).toEqual([true, true]);
    await app.clock.advance(60_000);
    expect([late.transport.openConnections, app.clock.pending]).toEqual([0, 0]);
  },
);
