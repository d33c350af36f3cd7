/** What a consumer is made of works together: by an engine that a test drives, in virtual time, without a thread. */
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { newestPublish } from "../../../../src/memory/arena-reader.js";
import { readCounter, readStatus } from "../../../../src/memory/facts.js";
import { block, blockOf, header } from "../../../../src/memory/layout.js";
import { Region } from "../../../../src/memory/region.js";
import { Untold } from "../../../../src/memory/untold.js";
import type { ChangeBatch } from "../../../../src/shared/messages.js";
import { drivenConsumer, settled } from "../../../support/engine/driven-consumer.js";

const batch = (key: string, newValue: number, publish: number): ChangeBatch => ({
  kind: "changes",
  changes: [{ key, oldValue: undefined, newValue, source: "file", sequenceId: 1 }],
  setEnds: [1],
  publishes: [publish],
  lagged: false,
});

describe("a consumer's engine", () => {
  it("is asked to end when the consumer stops, in the time that the option gives, also at the end of a block", async () => {
    const { consumer, newest } = drivenConsumer({ stopTimeoutMs: 1_234 });
    await consumer.start();
    {
      await using _used = consumer;
    }
    expect(newest().ends).toEqual([1_234]);
    expect(consumer.status().state).toBe("stopped");
    await consumer.stop();
    expect(newest().ends).toEqual([1_234]);
  });

  it("is ended by force when its heartbeat stands still for the time that the option gives, and not while that goes on", async () => {
    const { clock, consumer, newest } = drivenConsumer({ workerTimeoutMs: 8_000 });
    await consumer.start();
    const { region, ends } = newest();
    for (let second = 0; second < 20; second++) {
      region.add(header.heartbeat, 1);
      await clock.advance(1_000);
    }
    expect(ends).toEqual([]);
    await clock.advance(9_000);
    expect(ends).toEqual([expect.stringContaining("stuck for 8 s")]);
    await consumer.stop();
  });

  it("in the application's own thread is never taken for stuck", async () => {
    const { clock, consumer, newest } = drivenConsumer({ isolation: "none", workerTimeoutMs: 8_000 });
    await consumer.start();
    await clock.advance(100_000);
    expect(newest().ends).toEqual([]);
    await consumer.stop();
  });

  it("that has died for certain leaves its arena to be used again", async () => {
    const { consumer, newest } = drivenConsumer();
    await consumer.start();
    const { region } = newest();
    newest().publish({ a: 1 });
    const gone = () => region.load(blockOf(region.load(header.arena)) + block.writerGone);
    expect(gone()).toBe(0);
    newest().die();
    await settled();
    expect(gone()).toBe(region.load(header.arena));
    await consumer.stop();
  });

  it("that has died says whether another one follows, in the status and in the log", async () => {
    const { clock, consumer, newest, lines } = drivenConsumer();
    await consumer.start();
    newest().live();
    newest().die("The reason.");
    await settled();
    expect(readStatus(newest().region)?.hopeless).toBe(false);
    expect(lines).toContain("error: The reason. Another one is started.");
    await clock.advance(60_000);
    await consumer.stop();
  });

  it("that never comes is not said to be followed by another one", async () => {
    const { consumer, lines } = drivenConsumer({}, () => {
      throw new Error("no thread");
    });
    await expect(consumer.start()).rejects.toMatchObject({ code: "worker_died" });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("Another one is started");
    const region = new Region(consumer.share().memory);
    expect(readStatus(region)?.hopeless).toBe(true);
    const startedAtMs = region.load64(header.startedAtMs);
    await consumer.stop();
    expect(region.load64(header.startedAtMs)).toBe(startedAtMs);
  });
});

describe("a consumer's subscription", () => {
  it("that has more to take than its buffer holds is counted", async () => {
    const { consumer, newest } = drivenConsumer({ subscriptionBuffer: 1 });
    await consumer.start();
    const { region, init } = newest();
    const changes = consumer.subscribe();
    newest().publish({ a: 1, b: 1 });
    const publish = newestPublish(region) as number;
    for (const key of ["a", "b", "c"]) init.onChanges(batch(key, 1, publish));
    expect(readCounter(region, "bufferOverflowDisconnects")).toBe(1);
    changes.unsubscribe();
    await consumer.stop();
  });

  it("is not told of what could be read when it came, and of all that is published later", async () => {
    const { consumer, newest } = drivenConsumer();
    await consumer.start();
    const { region, init } = newest();
    newest().publish({ a: 1 });
    const before = newestPublish(region) as number;
    const told: string[] = [];
    consumer.subscribe({ onChange: ({ key }) => told.push(key) });
    newest().publish({ b: 1 });
    init.onChanges(batch("a", 1, before));
    init.onChanges(batch("b", 1, newestPublish(region) as number));
    expect(told).toEqual(["b"]);
    await consumer.stop();
  });

  it("that goes, as the last one, while no engine runs takes with it what it had not been told", async () => {
    const { clock, consumer, newest } = drivenConsumer();
    await consumer.start();
    const untold = () => [...(new Untold(newest().init.untold).read() ?? [])];
    const [first, last] = [consumer.subscribe(), consumer.subscribe()];
    newest().publish({ a: 1 });
    // Changed, and changed back: nothing is to be told of it now, and the next engine may change it again.
    new Untold(newest().init.untold).add([{ key: "a", oldValue: 1 }]);
    first.unsubscribe();
    newest().die();
    await clock.advance(60_000);
    expect(untold(), "one is still there").toEqual([["a", 1]]);
    newest().die();
    await settled();
    last.unsubscribe();
    await clock.advance(60_000);
    expect(untold()).toEqual([]);
    consumer.subscribe().unsubscribe();
    new Untold(newest().init.untold).add([{ key: "a", oldValue: 1 }]);
    consumer.subscribe().unsubscribe();
    expect(untold(), "an engine that runs is told, and does that itself").toEqual([["a", 1]]);
    newest().die();
    await clock.advance(60_000);
    expect(untold(), "nobody was there when it died").toEqual([]);
    await consumer.stop();
  });
});

describe("a consumer", () => {
  it("tells its reader's callbacks and handles of what its engine sends, each of its own keys alone", async () => {
    const { consumer, newest } = drivenConsumer();
    await consumer.start();
    newest().publish({ a: 1, b: 1 });
    const told: unknown[] = [];
    consumer.reader().onUpdate(({ key }) => told.push(key));
    consumer
      .reader()
      .setting("b")
      .asInt()
      .onChange((value) => told.push(value));
    for (const [key, value] of [
      ["a", 2],
      ["b", 3],
    ] as const) {
      newest().publish({ [key]: value });
      newest().init.onChanges(batch(key, value, newestPublish(newest().region) as number));
    }
    expect(told).toEqual(["a", "b", 3]);
    expect(consumer.reader()).toBe(consumer.reader());
    await consumer.stop();
  });

  it("has listeners that are called each time, once, or no longer, by either name of each call", async () => {
    const { consumer, newest } = drivenConsumer();
    await consumer.start();
    const told: string[] = [];
    const listener = (name: string) => () => told.push(name);
    const [added, removed, off] = [listener("added"), listener("removed"), listener("off")];
    consumer.on("state", listener("on")).once("state", listener("once")).addListener("state", added);
    consumer.on("state", removed).on("state", off).removeListener("state", removed).off("state", off);
    const { onNotice } = newest().init;
    onNotice({ state: "connecting", held: [], healed: [] } as never);
    expect(told).toEqual(["on", "once", "added"]);
    onNotice({ held: [], healed: [] } as never);
    expect(told, "no state, no call").toHaveLength(3);
    onNotice({ state: "live", held: [], healed: [] } as never);
    expect(told.slice(3)).toEqual(["on", "added"]);
    await consumer.stop();
  });

  it("puts its metrics at once in the registry that it is given, and takes them out when it stops", async () => {
    const registry = new Registry();
    const { consumer } = drivenConsumer({ registry });
    expect(await registry.metrics()).toContain('client="test-agent"');
    expect(consumer.metrics).toBe(registry);
    await consumer.stop();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it("shares what others need: its name, its core agent, its time limit and what it requires, nothing by default", async () => {
    const options = { coreAgentAddress: "core:5001", readyTimeoutMs: 7, required: ["A.b"] };
    const { consumer } = drivenConsumer(options);
    const facts = { clientName: "test-agent", coreAgentAddress: "core:5001", readyTimeoutMs: 7, required: ["a.b"] };
    expect(consumer.share()).toMatchObject(facts);
    const other = drivenConsumer().consumer;
    expect(other.share().required).toEqual([]);
    await consumer.stop();
    await other.stop();
  });

  it("has been started since its first start, however often that is called", async () => {
    const { clock, consumer, newest } = drivenConsumer();
    await consumer.start();
    const { region } = newest();
    const startedAtMs = region.load64(header.startedAtMs);
    expect(startedAtMs).toBeGreaterThan(0);
    await clock.advance(5_000);
    await consumer.start();
    expect(region.load64(header.startedAtMs)).toBe(startedAtMs);
    await consumer.stop();
  });

  it("is silent without a logger, whatever happens", async () => {
    const { consumer, newest } = drivenConsumer({ logger: undefined });
    await consumer.start();
    newest().init.onLog("error", "A line.");
    newest().die();
    await settled();
    expect(consumer.status().lastError?.message).toBe("It died.");
    await consumer.stop();
  });
});
