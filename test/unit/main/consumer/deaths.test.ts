/** What a consumer says and does when its engine dies; in virtual time, without a thread. */
import { describe, expect, it, vi } from "vitest";
import { markReady, markReadyFromCache, readStatus } from "../../../../src/memory/facts.js";
import { header } from "../../../../src/memory/layout.js";
import { Region } from "../../../../src/memory/region.js";
import { Untold } from "../../../../src/memory/untold.js";
import { ConfigStreamError, ConsumerStoppedError, InvalidOptionError } from "../../../../src/shared/errors.js";
import { drivenConsumer, settled, TestEngine } from "../../../support/engine/driven-consumer.js";

describe("an engine whose thread may still run", () => {
  it("is to write no more once it was taken for dead, and once the consumer has stopped", async () => {
    const { clock, consumer, newest } = drivenConsumer();
    await consumer.start();
    const turn = () => newest().region.load(header.writers);
    const first = turn();
    newest().die();
    await settled();
    expect(turn()).toBe(first + 1);
    await clock.advance(60_000);
    expect(turn()).toBe(first + 1);
    await consumer.stop();
    expect(turn()).toBe(first + 2);
  });

  it("says nothing of what was not told to the one after it", async () => {
    const { clock, consumer, engines, newest } = drivenConsumer();
    const events: unknown[] = [];
    consumer.subscribe({ onChange: ({ key, oldValue, newValue }) => events.push([key, oldValue, newValue]) });
    await consumer.start();
    const late = new Untold(newest().init.untold);
    newest().publish({ a: 1 });
    newest().die();
    await settled();
    late.add([{ key: "a", oldValue: "never" }]);
    await clock.advance(60_000);
    expect(engines).toHaveLength(2);
    expect(new Untold(newest().init.untold).read()).toEqual(new Map());
    newest().die();
    await settled();
    expect(events).toEqual([]);
    await consumer.stop();
  });
});

describe("the death of an engine", () => {
  it("is in the status: without settings a failure, with settings that they are old, and since when", async () => {
    const { clock, consumer, newest } = drivenConsumer();
    await consumer.start();
    newest().die("The first.");
    await settled();
    const first = consumer.status();
    expect(first).toMatchObject({ state: "failed", step: "connection", attempt: 1, interruptedForMs: 0 });
    expect(first.lastError).toMatchObject({ code: "worker_died", message: "The first." });
    expect(first.nextAttemptInMs).toBeGreaterThan(0);
    await clock.advance(60_000);
    const engine = newest();
    engine.publish({ a: 1 });
    engine.die("The second.");
    await settled();
    expect(consumer.status()).toMatchObject({ state: "stale", attempt: 2, lastError: { message: "The second." } });
    expect(consumer.status().interruptedForMs, "since the first death").toBeGreaterThanOrEqual(60_000);
    await clock.advance(60_000);
    newest().live("first snapshot");
    newest().die();
    await settled();
    expect(consumer.status()).toMatchObject({ step: "first snapshot", attempt: 1, interruptedForMs: 0 });
    await clock.advance(60_000);
    newest().live();
    newest().die();
    await settled();
    expect(consumer.status(), "what had been reached must be reached anew").toMatchObject({ step: "connection" });
    expect(consumer.status().workerRestarts).toBe(3);
    await consumer.stop();
  });

  it("is a line in the log when it begins an outage, and no further line while that lasts", async () => {
    const { clock, consumer, newest, lines } = drivenConsumer();
    await consumer.start();
    newest().live();
    newest().die();
    await clock.advance(60_000);
    newest().die();
    await clock.advance(60_000);
    newest().live();
    newest().die();
    await settled();
    const line = "It died. Another one is started.";
    expect(lines.filter((one) => one.includes("died"))).toEqual([`error: ${line}`, `debug: ${line}`, `error: ${line}`]);
    await consumer.stop();
  });

  it("is a line again for each minute that the outage lasts, counted from the last line and not from the last death", async () => {
    const { clock, consumer, newest, lines } = drivenConsumer();
    const now = vi.spyOn(performance, "now");
    try {
      await consumer.start();
      newest().live();
      for (const seconds of [1_000, 1_040, 1_059, 1_061, 1_100, 1_121]) {
        now.mockReturnValue(seconds * 1_000);
        newest().die();
        await clock.advance(60_000);
      }
      const levels = lines.filter((line) => line.includes("It died.")).map((line) => line.split(":")[0]);
      expect(levels).toEqual(["error", "debug", "debug", "error", "debug", "error"]);
    } finally {
      now.mockRestore();
      await consumer.stop();
    }
  });

  it("is told to listeners: the state at once, and the restart with its number and the reason", async () => {
    const { clock, consumer, newest } = drivenConsumer();
    const told: unknown[] = [];
    consumer.on("state", ({ state }: { state: string }) => told.push(state));
    consumer.on("restart", (notice: object) => told.push(notice));
    await consumer.start();
    newest().publish({ a: 1 });
    newest().die("The reason.");
    await settled();
    expect(told).toEqual(["stale"]);
    await clock.advance(60_000);
    expect(told).toEqual(["stale", { restarts: 1, error: { code: "worker_died", message: "The reason." } }]);
    await consumer.stop();
    expect(told.at(-1)).toBe("stopped");
  });

  it("tells subscribers at once what was published and not sent, and nothing twice", async () => {
    const { clock, consumer, newest } = drivenConsumer();
    const told: unknown[] = [];
    consumer.subscribe({ onChange: ({ key, oldValue, newValue }) => told.push([key, oldValue, newValue]) });
    await consumer.start();
    const engine = newest();
    const untold = new Untold(engine.init.untold);
    engine.publish({ a: 1, b: 1 });
    const sent = ["a", "b"].map((key) => ({ key, oldValue: undefined, newValue: 1, source: "file", sequenceId: 1 }));
    engine.init.onChanges({ kind: "changes", changes: sent, setEnds: [2], publishes: [], lagged: false });
    told.length = 0;
    untold.add([
      { key: "a", oldValue: undefined },
      { key: "b", oldValue: 1 },
    ]);
    engine.publish({ b: 2 });
    engine.die();
    await settled();
    expect(told, "of what was sent last, what it said counts").toEqual([["b", 1, 2]]);
    await clock.advance(60_000);
    newest().die();
    await settled();
    expect(told).toHaveLength(1);
    await consumer.stop();
  });

  it("leaves nothing to tell to those who come when nobody was there", async () => {
    const { clock, consumer, newest } = drivenConsumer();
    await consumer.start();
    const engine = newest();
    new Untold(engine.init.untold).add([{ key: "a", oldValue: undefined }]);
    engine.publish({ a: 1 });
    engine.die();
    await settled();
    const told: unknown[] = [];
    consumer.subscribe({ onChange: ({ key }) => told.push(key) });
    await clock.advance(60_000);
    newest().die();
    await settled();
    expect(told).toEqual([]);
    await consumer.stop();
  });
});

describe("an engine", () => {
  it("knows whether there are subscribers, also one that comes later, and all the time", async () => {
    const { clock, consumer, engines, newest } = drivenConsumer();
    await consumer.start();
    expect(newest().posted).toEqual([]);
    const first = consumer.subscribe();
    const second = consumer.subscribe();
    expect(newest().posted).toEqual([{ kind: "subscribed", active: true }]);
    newest().die();
    await clock.advance(60_000);
    expect(newest().posted).toEqual([{ kind: "subscribed", active: true }]);
    first.unsubscribe();
    second.unsubscribe();
    expect(newest().posted).toEqual([
      { kind: "subscribed", active: true },
      { kind: "subscribed", active: false },
    ]);
    expect(engines.map(({ init }) => init.holdsProcess)).toEqual([true, false]);
    await consumer.stop();
  });

  it("begins with the guards that the one before it had read anew, and says what it says to logger and listeners", async () => {
    const { clock, consumer, newest, lines } = drivenConsumer({ guards: { a: { type: "number" } } });
    const told: unknown[] = [];
    consumer.on("state", ({ state }: { state: string }) => told.push(state));
    consumer.on("held", (notice: object) => told.push(notice));
    await consumer.start();
    const { init } = newest();
    expect(init.engine.guards?.rules).toBeDefined();
    const rules = { ...(init.engine.guards?.rules as object) } as never;
    init.onGuards(rules);
    init.onLog("warn", "A line.");
    init.onNotice({ state: "connecting", held: [], healed: [] } as never);
    init.onNotice({ held: [{ key: "a", rule: "is no number" }], healed: ["b"] } as never);
    expect(lines).toContain("warn: A line.");
    expect(told[0]).toBe("connecting");
    expect(told.slice(1).length).toBeGreaterThan(0);
    newest().die();
    await clock.advance(60_000);
    expect(newest().init.engine.guards?.rules).toBe(rules);
    await consumer.stop();
  });
});

describe("start", () => {
  it("may be called again after it failed, and waits are hopeless only meanwhile", async () => {
    let isBroken = true;
    const { consumer } = drivenConsumer({}, (init) => {
      const failed = Promise.reject(new ConfigStreamError("worker_died", "No thread."));
      failed.catch(() => {});
      return new TestEngine(init, isBroken ? failed : undefined);
    });
    await expect(consumer.start()).rejects.toThrow("No thread.");
    await expect(consumer.waitReady()).rejects.toThrow("No thread. Nothing is tried any more");
    const region = new Region(consumer.share().memory);
    const startedAtMs = region.load64(header.startedAtMs);
    expect([startedAtMs > 0, readStatus(region)?.hopeless]).toEqual([true, true]);
    isBroken = false;
    await consumer.start();
    expect(readStatus(region)?.hopeless).toBe(false);
    expect(region.load64(header.startedAtMs), "since the first").toBe(startedAtMs);
    await consumer.stop();
    await expect(consumer.start()).rejects.toThrow(ConsumerStoppedError);
  });
});

describe("a blocking wait", () => {
  const provider = () => "a-session";
  it.each([
    [{ isolation: "none" }, 'isolation: "none"'],
    [{ sessionId: undefined, sessionIdProvider: provider }, "a sessionIdProvider"],
  ])("is refused where it would block what it waits for, and not once that has come: %j", async (options, what) => {
    const { consumer } = drivenConsumer(options);
    const region = new Region(consumer.share().memory);
    expect(() => consumer.waitReadySync()).toThrow(InvalidOptionError);
    expect(() => consumer.waitReadySync()).toThrow(`the thread that ${what} needs`);
    markReadyFromCache(region);
    consumer.waitReadySync();
    expect(() => consumer.waitReadySync({ fresh: true })).toThrow(InvalidOptionError);
    markReady(region, 1);
    consumer.waitReadySync({ fresh: true });
    await consumer.stop();
    expect(() => consumer.waitReadySync()).toThrow(ConsumerStoppedError);
  });

  it("blocks in all other cases, for as long as was asked", () => {
    const { consumer } = drivenConsumer();
    expect(() => consumer.waitReadySync({ timeoutMs: 1 })).toThrow("start() has not been called");
  });
});
