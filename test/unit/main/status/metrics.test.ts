import { AggregatorRegistry, Counter, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { addMetrics, LazyMetrics, type MetricsRegistry } from "../../../../src/main/status/metrics.js";
import { count, markStopped, writeStatus } from "../../../../src/memory/facts.js";
import { header } from "../../../../src/memory/layout.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";
import type { LifecycleState } from "../../../../src/shared/types.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

const newStatus = {
  step: "done",
  attempt: 0,
  nextAttemptAtMs: undefined,
  sessionSinceMs: undefined,
  lastError: undefined,
} as const;

async function samples(registry: MetricsRegistry, name: string): Promise<Record<string, number>> {
  const metric = await registry.getSingleMetric(`configstream_consumer_${name}`)?.get();
  return Object.fromEntries(
    (metric?.values ?? []).map(({ labels, value }) => [Object.values(labels).sort().join(" "), value]),
  );
}

describe("counters", () => {
  test("are there from the beginning as 0, and follow the header", async () => {
    const registry = new Registry();
    const region = newRegion();
    addMetrics(registry, "a", region);
    expect(await samples(registry, "reconnect_count")).toEqual({ a: 0 });
    count(region, "reconnects", 3);
    expect(await samples(registry, "reconnect_count")).toEqual({ a: 3 });
    expect(await samples(registry, "reconnect_count")).toEqual({ a: 3 });
    count(region, "droppedStaleUpdates", 2);
    count(region, "bufferOverflowDisconnects");
    expect(await samples(registry, "dropped_stale_updates")).toEqual({ a: 2 });
    expect(await samples(registry, "buffer_overflow_disconnects")).toEqual({ a: 1 });
  });

  test("never fall when the word in the header wraps", async () => {
    const registry = new Registry();
    const region = newRegion();
    addMetrics(registry, "a", region);
    count(region, "publishes", 0xffff_fff0);
    expect(await samples(registry, "publishes")).toEqual({ a: 0xffff_fff0 });
    count(region, "publishes", 0x20);
    expect(await samples(registry, "publishes")).toEqual({ a: 0x1_0000_0010 });
  });
});

describe("gauges", () => {
  test("have no sample before there is something to tell", async () => {
    const registry = new Registry();
    addMetrics(registry, "a", newRegion());
    expect(await samples(registry, "time_to_first_snapshot_seconds")).toEqual({});
    expect(await samples(registry, "last_sequence_id")).toEqual({});
    expect(await samples(registry, "message_age_seconds")).toEqual({});
    expect(await samples(registry, "region_bytes")).toEqual({ a: 65_536 });
  });

  test("tell sequence id, settings, time to the first snapshot, and the state", async () => {
    const registry = new Registry();
    const region = newRegion();
    addMetrics(registry, "a", region);
    const writer = new TestWriter(region);
    writer.publish({ a: 1, b: 2 });
    writer.publish({ a: 2 });
    region.store64(header.startedAtMs, 1_000);
    region.store64(header.firstSnapshotAtMs, 3_500);
    expect(await samples(registry, "last_sequence_id")).toEqual({ a: 2 });
    expect(await samples(registry, "settings")).toEqual({ a: 2 });
    expect(await samples(registry, "time_to_first_snapshot_seconds")).toEqual({ a: 2.5 });
    writeStatus(region, { ...newStatus, state: "live" });
    expect(await samples(registry, "state")).toMatchObject({ "a live": 1, "a stale": 0, "a stopped": 0 });
    markStopped(region);
    expect(await samples(registry, "state")).toMatchObject({ "a live": 0, "a stopped": 1 });
  });
});

describe("a registry", () => {
  test("takes several consumers, told apart by the label client", async () => {
    const registry = new Registry();
    const [first, second] = [newRegion(), newRegion()];
    addMetrics(registry, "a", first);
    addMetrics(registry, "b", second);
    count(first, "reconnects", 1);
    count(second, "reconnects", 5);
    expect(await samples(registry, "reconnect_count")).toEqual({ a: 1, b: 5 });
    expect(await registry.metrics()).toContain('configstream_consumer_reconnect_count{client="b"} 5');
  });

  test("refuses a second consumer of the same name, until the first was stopped, whose series are gone", async () => {
    const registry = new Registry();
    const first = newRegion();
    const source = addMetrics(registry, "a", first);
    expect(() => addMetrics(registry, "a", newRegion())).toThrow(InvalidOptionError);
    expect(() => addMetrics(registry, "a", newRegion())).toThrow(/clientName "a" already reports/);
    count(first, "reconnects", 2);
    source.release();
    source.release();
    expect(await registry.metrics()).not.toContain("configstream");
    const second = newRegion();
    addMetrics(registry, "a", second);
    source.release();
    count(second, "reconnects", 1);
    expect(await samples(registry, "reconnect_count")).toEqual({ a: 1 });
  });

  test("keeps the series of the others when one consumer is stopped", async () => {
    const registry = new Registry();
    const source = addMetrics(registry, "a", newRegion());
    addMetrics(registry, "b", newRegion());
    await registry.metrics();
    source.release();
    const text = await registry.metrics();
    expect(text).toContain('{client="b"');
    expect(text).not.toContain('client="a"');
  });

  test("in which other code has one of the names is refused, and names it", () => {
    const registry = new Registry();
    new Counter({ name: "configstream_consumer_publishes", help: "x", registers: [registry] });
    expect(() => addMetrics(registry, "a", newRegion())).toThrow(
      /configstream_consumer_publishes is already registered/,
    );
    for (const name of ["settings", "state"].map((each) => `configstream_consumer_${each}`)) {
      const other = new Registry();
      new Counter({ name, help: "x", registers: [other] });
      expect(() => addMetrics(other, "a", newRegion())).toThrow(`the metric ${name} is already registered`);
    }
  });

  test("that was cleared takes a new consumer, which stays when the one before is stopped", async () => {
    const registry = new Registry();
    const source = addMetrics(registry, "a", newRegion());
    registry.clear();
    addMetrics(registry, "b", newRegion());
    expect(await samples(registry, "reconnect_count")).toEqual({ b: 0 });
    source.release();
    expect(await samples(registry, "reconnect_count")).toEqual({ b: 0 });
  });

  test("keeps the series of a consumer, whatever the one before of that name says beside others", async () => {
    const registry = new Registry();
    const first = addMetrics(registry, "a", newRegion());
    addMetrics(registry, "b", newRegion());
    first.release();
    addMetrics(registry, "a", newRegion());
    first.release();
    expect(await samples(registry, "reconnect_count")).toEqual({ a: 0, b: 0 });
  });
});

describe("another copy of this package, of another version", () => {
  type Values = Record<"counter" | "gauge", (name: string) => number | undefined> & { state(): string };
  type Shared = { add(client: string, values: Values): { release(): void } };
  const collectors: WeakMap<MetricsRegistry, Shared> = Reflect.get(
    globalThis,
    Symbol.for("configstream-consumer/metrics-collectors"),
  );

  test("has no samples of metrics that it does not know, and none any more of what it no longer has", async () => {
    const registry = new Registry();
    addMetrics(registry, "a", newRegion());
    let bytes: number | undefined = 7;
    const gauge = (name: string) => (name === "region_bytes" ? bytes : undefined);
    collectors.get(registry)?.add("b", { counter: () => undefined, gauge, state: () => "live" });
    expect(await samples(registry, "publishes")).toEqual({ a: 0 });
    expect(await samples(registry, "region_bytes")).toEqual({ a: 65_536, b: 7 });
    bytes = undefined;
    expect(await samples(registry, "region_bytes")).toEqual({ a: 65_536 });
  });

  test("that came first may ask for metrics that this one does not know", () => {
    const registry = new Registry();
    new Counter({ name: "configstream_consumer_state", help: "x", registers: [registry] });
    const asked: (number | undefined)[] = [];
    collectors.set(registry, {
      add(_client, { counter, gauge }) {
        asked.push(counter("newer"), gauge("newer"), counter("publishes"), gauge("region_bytes"));
        return { release() {} };
      },
    });
    addMetrics(registry, "a", newRegion());
    expect(asked).toEqual([undefined, undefined, 0, 65_536]);
  });
});

describe("the metrics of a consumer", () => {
  test("come in one registry, made when it is first asked for, or in the one that was given", async () => {
    const region = newRegion();
    const metrics = new LazyMetrics(undefined, "a", region);
    count(region, "publishes", 2);
    const registry = metrics.registry();
    expect(registry).toBeInstanceOf(Registry);
    expect(await samples(registry, "publishes")).toEqual({ a: 2 });
    expect(metrics.registry()).toBe(registry);
    const given = new Registry();
    expect(new LazyMetrics(given, "a", region).registry()).toBe(given);
    expect(await samples(given, "publishes")).toEqual({ a: 2 });
  });

  test("that are first asked for after the end are the last ones, in a registry of their own", async () => {
    const region = newRegion();
    const metrics = new LazyMetrics(undefined, "a", region);
    count(region, "publishes", 2);
    metrics.release();
    expect(await samples(metrics.registry(), "publishes")).toEqual({ a: 2 });
    count(region, "publishes", 5);
    expect(await samples(metrics.registry(), "publishes")).toEqual({ a: 2 });
  });

  test("stay as they were at the end, in a registry of their own", async () => {
    const region = newRegion();
    const metrics = new LazyMetrics(undefined, "a", region);
    const registry = metrics.registry();
    count(region, "publishes", 2);
    metrics.release();
    count(region, "publishes", 5);
    expect(await samples(registry, "publishes")).toEqual({ a: 2 });
  });

  test("that are first asked for after the end are in no registry that was given", async () => {
    const registry = new Registry();
    const metrics = new LazyMetrics(registry, "a", newRegion());
    metrics.release();
    expect(await metrics.registry().metrics()).not.toContain("configstream");
  });

  test("are gone from a registry that was given, once the consumer has ended, and leave the name to the next one", async () => {
    const registry = new Registry();
    const metrics = new LazyMetrics(registry, "a", newRegion());
    metrics.registry();
    metrics.release();
    expect(await registry.metrics()).not.toContain("configstream");
    expect(() => addMetrics(registry, "a", newRegion())).not.toThrow();
  });

  test("are asked for again after a name was taken", () => {
    const registry = new Registry();
    const source = addMetrics(registry, "a", newRegion());
    const metrics = new LazyMetrics(registry, "a", newRegion());
    expect(() => metrics.registry()).toThrow(InvalidOptionError);
    source.release();
    expect(metrics.registry()).toBe(registry);
  });
});

describe("the processes of a cluster", () => {
  async function aggregated(states: readonly LifecycleState[]): Promise<Registry> {
    const parts = await Promise.all(
      states.map((state, index) => {
        const registry = new Registry();
        const region = newRegion();
        new TestWriter(region).publish({ a: index });
        region.store64(header.startedAtMs, 1_000);
        region.store64(header.firstSnapshotAtMs, 2_000 + index);
        writeStatus(region, { ...newStatus, state });
        count(region, "publishes", 1);
        addMetrics(registry, "a", region);
        return registry.getMetricsAsJSON();
      }),
    );
    return AggregatorRegistry.aggregate(parts as never) as Registry;
  }

  test("are put together so that the alerts on a state fire, and on none other", async () => {
    const text = await (await aggregated(["live", "stale", "stale"])).metrics();
    expect(text).toContain('configstream_consumer_state{client="a",state="stale"} 1');
    expect(text).toContain('configstream_consumer_state{client="a",state="live"} 1');
    expect(text).toContain('configstream_consumer_state{client="a",state="failed"} 0');
  });

  test("do not add up ids and times, but do add up counters and memory", async () => {
    const text = await (await aggregated(["live", "live", "live"])).metrics();
    expect(text).toContain('configstream_consumer_last_sequence_id{client="a"} 1\n');
    expect(text).toContain('configstream_consumer_time_to_first_snapshot_seconds{client="a"} 1.002\n');
    expect(text).toContain('configstream_consumer_publishes{client="a"} 3\n');
    expect(text).toMatch(/configstream_consumer_settings\{client="a"\} 1\n/);
  });
});
