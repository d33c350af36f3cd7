/** What whole consumers promise to readers: one suite, to be run over each implementation. */
import type { ConfigChange, ConfigValue, Consumer, Reader, View } from "configstream-consumer";
import { describe, expect, test } from "vitest";
import { expectedKeys, settings, type TestSettings } from "./suite-settings.js";
import { until } from "./until.js";

/** A consumer of one of the kinds, and the way to change what its settings come from. */
export interface Subject {
  readonly consumer: Consumer;
  /** Changes the layer `file`; `undefined` takes a key out of it. */
  change(values: Readonly<Record<string, ConfigValue | undefined>>): Promise<void>;
}

/** Runs over a whole consumer: reader, handles, views, subscriptions. */
export function consumerSuite(name: string, open: (settings: TestSettings) => Promise<Subject>): void {
  describe(`the reader of ${name}`, () => {
    test("lists exactly the keys that exist, flat, nested and by section", async () => {
      const cfg = (await open(settings)).consumer.reader();
      expect(cfg.allKeysLowercased()).toEqual(expectedKeys());
      const flat = cfg.allFlattenedSettingsWithSequenceId();
      expect(Object.keys(flat.settings).sort()).toEqual(expectedKeys());
      expect(flat.sequenceId).toBe(cfg.getSequenceId());
      for (const [key, value] of Object.entries(flat.settings)) expect(value).toEqual(cfg.get(key));
      const nested = cfg.allSettings() as { proxy: { http: string }; nested: { below: { level: number } } };
      expect([nested.proxy.http, nested.nested.below.level]).toEqual(["http://proxy:3128", 1]);
      expect([cfg.hasSection("PROXY"), cfg.hasSection("port"), cfg.hasSection("no")]).toEqual([true, false, false]);
      expect([cfg.getSubfields("proxy"), cfg.getSubfields("nested")]).toEqual([["http", "no_proxy"], ["below"]]);
    });

    test("explains a value by its layers, and its absence, in a sentence without the value", async () => {
      const cfg = (await open(settings)).consumer.reader();
      const port = cfg.explain("Port");
      expect(port).toMatchObject({ key: "port", isSet: true, value: 9001, source: "environment-variable" });
      expect(port.layers).toEqual(cfg.getAllSources("port"));
      expect(port.reason).toContain('"environment-variable"');
      expect(port.reason).not.toContain("9001");
      expect(cfg.explain("no")).toMatchObject({ key: "no", isSet: false, value: undefined, source: "", layers: [] });
      expect(cfg.explain("no").reason).toContain("missing");
    });

    test("follows a change in getters and handles, and a removal falls back to the layer below", async () => {
      const { consumer, change } = await open(settings);
      const cfg = consumer.reader();
      const http = cfg.setting("Proxy.HTTP").asString("none");
      const late = cfg.setting("late").asInt(-1);
      expect([http.key, http.value, late.value]).toEqual(["proxy.http", "http://proxy:3128", -1]);
      const before = cfg.getSequenceId();
      await change({ "proxy.http": undefined, late: "7" });
      await until(() => cfg.isSet("late") && cfg.getSource("proxy.http") === "default");
      expect([http.value, late.value, cfg.getInt("late"), cfg.getString("proxy.http", "d")]).toEqual(["", 7, 7, ""]);
      expect(cfg.getSequenceId()).toBeGreaterThan(before);
      await change({ late: undefined });
      await until(() => !cfg.isSet("late"));
      expect([late.value, cfg.getInt("late", 5)]).toEqual([-1, 5]);
    });

    test("has handles of every type, which convert once per change and keep their last value when a parser refuses", async () => {
      const { consumer, change } = await open(settings);
      const cfg = consumer.reader();
      expect(cfg.setting("on").asBool().value).toBe(true);
      expect(cfg.setting("ratio").asFloat().value).toBe(0.5);
      expect(cfg.setting("text.duration").asDuration().value).toBe(5_400_000);
      expect(cfg.setting("proxy.no_proxy").asStringSlice().value).toEqual(["a", "b"]);
      expect(cfg.setting("no").asStringSlice(["d"]).value).toEqual(["d"]);
      let calls = 0;
      const handle = cfg.setting("zero").as((value) => {
        calls++;
        if (value === "bad") throw new Error("refused");
        return { value };
      });
      const first = handle.value;
      expect(first).toEqual({ value: 0 });
      for (let i = 0; i < 10; i++) expect(handle.value).toBe(first);
      await change({ zero: "bad" });
      await until(() => cfg.get("zero") === "bad");
      for (let i = 0; i < 10; i++) expect(handle.value).toBe(first);
      await change({ zero: 2 });
      await until(() => cfg.get("zero") === 2);
      expect(handle.value).toEqual({ value: 2 });
      expect(calls).toBe(3);
    });

    test("gives views that never change, each with the number of its state", async () => {
      const { consumer, change } = await open(settings);
      const cfg = consumer.reader();
      const before: View = cfg.view();
      await change({ late: 1, zero: undefined });
      await until(() => cfg.isSet("late") && !cfg.isSet("zero"));
      const after = cfg.view();
      expect([before.isSet("late"), before.get("zero"), before.getInt("port")]).toEqual([false, 0, 9001]);
      expect([after.get("late"), after.isSet("zero")]).toEqual([1, false]);
      expect(after.sequenceId).toBeGreaterThan(before.sequenceId);
      expect(after.sequenceId).toBe(cfg.getSequenceId());
      expect(before.keys()).toEqual(expectedKeys());
      expect(after.publishedAtMs).toBeGreaterThanOrEqual(before.publishedAtMs);
      expect(after.origin).toBe(consumer.status().origin);
    });

    test("is told of by subscriptions: what really changed, in order, and a getter is never older", async () => {
      const { consumer, change } = await open(settings);
      const cfg = consumer.reader();
      const told: [ConfigChange, ConfigValue | undefined][] = [];
      using subscription = consumer.subscribe({
        keys: ["zero", "mode", "port"],
        onChange: (event) => told.push([event, cfg.get(event.key)]),
      });
      await change({ zero: 1, mode: "wild" });
      await until(() => told.length === 2);
      // Below the winning layer, where no reader sees it.
      await change({ port: 1, mode: undefined });
      await until(() => told.length === 3);
      const facts = told.map(([{ key, oldValue, newValue, source }]) => [key, oldValue, newValue, source]);
      expect(facts.slice(0, 2).toSorted()).toEqual([
        ["mode", "calm", "wild", "file"],
        ["zero", 0, 1, "file"],
      ]);
      expect(facts[2]).toEqual(["mode", "wild", "calm", "default"]);
      for (const [{ newValue }, read] of told.slice(2)) expect(read).toEqual(newValue);
      expect(subscription.closed).toBe(false);
    });

    test("reads on after stop, and the consumer says so", async () => {
      const { consumer } = await open(settings);
      const cfg = consumer.reader();
      const port = cfg.setting("port").asInt();
      await consumer.stop();
      expect([port.value, cfg.getInt("port"), cfg.view().getInt("port")]).toEqual([9001, 9001, 9001]);
      expect(consumer.status()).toMatchObject({ state: "stopped", ready: true, keys: expectedKeys().length });
      await expect(consumer.start()).rejects.toMatchObject({ code: "stopped" });
      await expect(consumer.waitReady()).rejects.toMatchObject({ code: "stopped" });
      expect(await consumer.subscribe()[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
    });
  });
}

/** All that a reader says about its state, except for sequence ids and layers below the winner. */
export function everythingOf(cfg: Reader): unknown {
  return cfg.allKeysLowercased().map((key) => {
    const { value, source, layers, isSet } = cfg.explain(key);
    const winner = layers.at(-1);
    return { key, value, source, winner, isSet, size: cfg.getSizeInBytes(key), list: cfg.getStringSlice(key) };
  });
}
