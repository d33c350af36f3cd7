/** What the getters of everything that reads promise: one suite, to be run over each implementation. */
import { inspect } from "node:util";
import type { SettingGetters } from "configstream-consumer";
import { beforeAll, describe, expect, test } from "vitest";
import { settings, type TestSettings } from "./suite-settings.js";

/** Runs over the getters of a reader or of a view. */
export function gettersSuite(name: string, open: (settings: TestSettings) => Promise<SettingGetters>): void {
  describe(`the getters of ${name}`, () => {
    let cfg: SettingGetters;
    beforeAll(async () => {
      cfg = await open(settings);
    });

    test("give values as they were told", () => {
      expect(cfg.get("port")).toBe(9001);
      expect(cfg.get("mode")).toBe("calm");
      expect(cfg.get("proxy.no_proxy")).toEqual(["a", "b"]);
      expect(cfg.get("labels")).toEqual({ "app.kubernetes.io/name": "app", Upper: "Case" });
      expect(cfg.get("deep")).toEqual({ "a.b": [{ c: [1] }] });
      expect(cfg.get("zero", 5)).toBe(0);
      expect(cfg.get("key with spaces")).toBe("ü");
    });

    test("convert as the Go agent's reader does", () => {
      expect([cfg.getString("port"), cfg.getString("ratio"), cfg.getString("on")]).toEqual(["9001", "0.5", "true"]);
      expect([cfg.getInt("text.int"), cfg.getInt("fraction"), cfg.getInt("on")]).toEqual([42, -2, 1]);
      expect([cfg.getInt64("large"), cfg.getInt32("port")]).toEqual([2 ** 40, 9001]);
      expect([cfg.getFloat64("ratio"), cfg.getFloat64("text.int")]).toEqual([0.5, 42]);
      expect([cfg.getBool("on"), cfg.getBool("text.true"), cfg.getBool("zero")]).toEqual([true, true, false]);
      expect([cfg.getDuration("text.duration"), cfg.getDuration("nanoseconds")]).toEqual([5_400_000, 1_500]);
      expect([cfg.getSizeInBytes("text.size"), cfg.getSizeInBytes("port")]).toEqual([10 * 2 ** 20, 9001]);
      expect(cfg.getStringSlice("proxy.no_proxy")).toEqual(["a", "b"]);
      expect(cfg.getStringSlice("text.words")).toEqual(["one", "two", "three"]);
      expect(cfg.getFloat64Slice("numbers")).toEqual([1, 2, 3.5]);
      expect(cfg.getStringMap("labels")).toEqual({ "app.kubernetes.io/name": "app", Upper: "Case" });
      expect(cfg.getStringMapString("labels")).toEqual({ "app.kubernetes.io/name": "app", Upper: "Case" });
      expect(cfg.getStringMapStringSlice("lists")).toEqual({ even: ["two"], "odd.ones": ["one", "three"] });
    });

    test("give the zero value or the default for a missing key, the first time and the second", () => {
      for (let round = 0; round < 2; round++) {
        expect([cfg.get("no"), cfg.get("no", "d")]).toEqual([undefined, "d"]);
        expect([cfg.getString("no"), cfg.getString("no", "d")]).toEqual(["", "d"]);
        expect([cfg.getBool("no"), cfg.getBool("no", true)]).toEqual([false, true]);
        expect([cfg.getInt("no"), cfg.getInt("no", 3), cfg.getInt32("no", 4), cfg.getInt64("no", 5)]).toEqual([
          0, 3, 4, 5,
        ]);
        expect([cfg.getFloat64("no"), cfg.getFloat64("no", 0.5)]).toEqual([0, 0.5]);
        expect([cfg.getDuration("no"), cfg.getDuration("no", 10)]).toEqual([0, 10]);
        expect([cfg.getSizeInBytes("no"), cfg.getSizeInBytes("no", 9)]).toEqual([0, 9]);
        expect([cfg.getStringSlice("no"), cfg.getStringSlice("no", ["d"])]).toEqual([[], ["d"]]);
        expect([cfg.getFloat64Slice("no"), cfg.getFloat64Slice("no", [1])]).toEqual([[], [1]]);
        expect([cfg.getStringMap("no"), cfg.getStringMap("no", { d: 1 })]).toEqual([{}, { d: 1 }]);
        expect([cfg.getStringMapString("no"), cfg.getStringMapStringSlice("no")]).toEqual([{}, {}]);
      }
    });

    test("give the default for what cannot be converted", () => {
      expect([cfg.getInt("text.none"), cfg.getInt("text.none", 7)]).toEqual([0, 7]);
      expect([cfg.getFloat64("labels", 7), cfg.getBool("text.none", true), cfg.getDuration("text.none", 7)]).toEqual([
        7,
        true,
        7,
      ]);
      expect(cfg.getInt32("large", 7), "more than 32 bits").toBe(7);
      expect(cfg.getStringMap("port", { d: 1 })).toEqual({ d: 1 });
    });

    test("compare keys without regard to case", () => {
      for (const key of ["mixed.case", "Mixed.Case", "MIXED.CASE"]) expect(cfg.getString(key)).toBe("kept");
      expect([cfg.getInt("PORT"), cfg.getSource("Port"), cfg.isSet("pOrT")]).toEqual([
        9001,
        "environment-variable",
        true,
      ]);
    });

    test("tell source and layers", () => {
      const layers = [
        { source: "default", value: 8126 },
        { source: "file", value: 9000 },
        { source: "environment-variable", value: 9001 },
      ];
      expect(cfg.getAllSources("port")).toEqual(layers);
      expect(cfg.getAllSources("mode")).toEqual([{ source: "default", value: "calm" }]);
      expect(cfg.getAllSources("zero")).toEqual([{ source: "file", value: 0 }]);
      expect([cfg.getSource("port"), cfg.getSource("proxy.http"), cfg.getSource("mode"), cfg.getSource("no")]).toEqual([
        "environment-variable",
        "file",
        "default",
        "",
      ]);
      expect(cfg.getAllSources("no")).toEqual([]);
      expect([cfg.isSet("mode"), cfg.isSet("zero"), cfg.isSet("no")]).toEqual([true, true, false]);
    });

    test("hand out what nobody can change, all the way down", () => {
      const deep = cfg.get("deep") as { "a.b": [{ c: number[] }] };
      for (const change of [
        () => deep["a.b"].push({ c: [] }),
        () => deep["a.b"][0].c.push(2),
        () => Object.assign(deep, { more: 1 }),
        () => (cfg.getStringSlice("proxy.no_proxy") as string[]).push("c"),
        () => (cfg.getStringSlice("text.words") as string[]).push("c"),
        () => (cfg.getStringSlice("no") as string[]).push("c"),
        () => Object.assign(cfg.getStringMap("labels"), { more: 1 }),
        () => Object.assign(cfg.getStringMapString("labels"), { more: 1 }),
        () => (cfg.getStringMapStringSlice("lists").even as string[]).push("c"),
        () => Object.assign(cfg.getAllSources("port")[0] as object, { value: 1 }),
        () => (cfg.getAllSources("mode") as unknown[]).push(1),
        () => Object.assign(cfg.getAllSources("mode")[0] as object, { value: 1 }),
      ]) {
        expect(change, String(change)).toThrow(TypeError);
      }
      expect(cfg.get("deep")).toEqual({ "a.b": [{ c: [1] }] });
      expect(cfg.getStringSlice("no")).toEqual([]);
    });

    test("show no value when they are inspected", () => {
      expect(cfg.getString("proxy.http")).toBe("http://proxy:3128");
      expect(inspect(cfg, { depth: 9, showHidden: true })).not.toContain("3128");
    });
  });
}
