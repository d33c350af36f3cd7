import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Reader, SettingGetters } from "../../../../src/main/reader/api.js";
import { createReader } from "../../../../src/main/reader/reader.js";
import type { EffectiveChange, SourceValue } from "../../../../src/shared/types.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

/** A reader over settings that are given by their layers, lowest priority first. */
function readerOver(settings: { readonly [key: string]: readonly [source: string, value: SourceValue["value"]][] }) {
  const region = newRegion();
  const { writer } = new TestWriter(region);
  const changes = Object.entries(settings).map(([key, claims]): EffectiveChange => {
    const layers = claims.map(([source, value]) => ({ source, value }));
    const { source, value } = layers.at(-1) as SourceValue;
    return { key, setting: { value, source, layers }, oldValue: undefined, valueChanged: true };
  });
  writer.publish({ sequenceId: 7, origin: "test", changes });
  return createReader(region);
}

const settings = () =>
  readerOver({
    log_level: [
      ["default", "info"],
      ["file", "debug"],
    ],
    "proxy.http": [["default", ""]],
    "proxy.https": [
      ["default", ""],
      ["environment-variable", "https://proxy"],
      ["secret", "https://user:password@proxy"],
    ],
    api_key: [["secret", "resolved"]],
    "schema_only.key": [["schema", null]],
    "defaults.only": [["default", 1]],
    "emptied.by_file": [
      ["default", 1],
      ["file", null],
    ],
    "written.section": [["file", null]],
    "odd.source": [["unheard-of", 1]],
    "half.empty": [["file", null]],
    "half.full": [["file", 1]],
    "p.x.y": [["cli", 1]],
    "p.x-1": [["cli", 2]],
    "p.x": [["cli", 3]],
  });

const kinds: [name: string, of: (reader: Reader) => SettingGetters][] = [
  ["the reader", (reader) => reader],
  ["a view", (reader) => reader.view()],
];

describe.each(kinds)("%s", (_, of) => {
  const from = of(settings());

  it("says of what has a value, defaults included, that it is set", () => {
    for (const name of ["log_level", "LOG_LEVEL", "defaults.only", "defaults", "proxy", "proxy.http", "half"]) {
      expect(from.isSet(name), name).toBe(true);
    }
    for (const name of ["nope", "", "proxy.nope", "log_level.x", "schema_only", "schema_only.key", "emptied"]) {
      expect(from.isSet(name), name).toBe(false);
    }
  });

  it("says of what somebody chose that it is configured: a key by its winner, a section by any key in it", () => {
    for (const name of ["log_level", "proxy", "proxy.https", "api_key", "odd", "odd.source", "half"]) {
      expect(from.isConfigured(name), name).toBe(true);
    }
    const none = ["proxy.http", "defaults", "defaults.only", "schema_only", "emptied", "emptied.by_file", "nope"];
    for (const name of none) expect(from.isConfigured(name), name).toBe(false);
  });

  it("knows settings and sections, whatever their value, and tells them apart", () => {
    const told = (name: string) => [from.isKnown(name), from.isSetting(name)];
    expect(["log_level", "schema_only.key", "emptied.by_file"].map(told)).toEqual(Array(3).fill([true, true]));
    expect(["proxy", "schema_only", "emptied"].map(told)).toEqual(Array(3).fill([true, false]));
    expect(["nope", "proxy.nope", "log", ""].map(told)).toEqual(Array(4).fill([false, false]));
  });

  it("says of a section that it is there when a layer above the defaults holds something of it", () => {
    for (const name of ["proxy", "emptied", "odd", "p", "p.x", "written", "written.section"]) {
      expect(from.hasSection(name), name).toBe(true);
    }
    for (const name of ["defaults", "schema_only", "log_level", "nope"])
      expect(from.hasSection(name), name).toBe(false);
  });

  it("lists the names directly below, each once and sorted", () => {
    expect(from.getSubfields("p")).toEqual(["x", "x-1"]);
    expect(from.getSubfields("P.X")).toEqual(["y"]);
    expect(from.getSubfields("")).toContain("schema_only");
    expect([from.getSubfields("nope"), from.getSubfields("log_level")]).toEqual([[], []]);
  });

  it("gives all settings, nested, and those that somebody chose", () => {
    expect(from.allSettings()).toMatchObject({
      log_level: "debug",
      proxy: { http: "", https: "https://user:password@proxy" },
      schema_only: { key: null },
      p: { x: { y: 1 }, "x-1": 2 },
    });
    expect(from.allSettingsWithoutDefault()).toEqual({
      log_level: "debug",
      proxy: { https: "https://user:password@proxy" },
      api_key: "resolved",
      emptied: { by_file: null },
      written: { section: null },
      odd: { source: 1 },
      half: { empty: null, full: 1 },
      p: { x: { y: 1 }, "x-1": 2 },
    });
    expect(Object.isFrozen(from.allSettings())).toBe(true);
  });

  it("gives the settings of each source, and what is provided, without resolved secrets", () => {
    const bySource = from.allSettingsBySource();
    expect(Object.keys(bySource).sort()).toEqual(
      ["cli", "default", "environment-variable", "file", "provided", "schema", "unheard-of"].sort(),
    );
    expect(bySource.file).toEqual({
      log_level: "debug",
      emptied: { by_file: null },
      written: { section: null },
      half: { empty: null, full: 1 },
    });
    expect(bySource.default).toMatchObject({ log_level: "info", proxy: { http: "", https: "" } });
    expect(bySource.provided).toEqual({
      log_level: "debug",
      proxy: { https: "https://proxy" },
      emptied: { by_file: null },
      written: { section: null },
      odd: { source: 1 },
      half: { empty: null, full: 1 },
      p: { x: { y: 1 }, "x-1": 2 },
    });
    expect(JSON.stringify(bySource)).not.toMatch(/password|resolved/);
  });

  it("gives all settings by dotted key, with the state's sequence id", () => {
    const { settings: flat, sequenceId } = from.allFlattenedSettingsWithSequenceId();
    expect(sequenceId).toBe(7);
    expect(Object.keys(flat).sort()).toEqual(from.allKeysLowercased());
    expect([flat["p.x"], flat["p.x.y"], flat["schema_only.key"]]).toEqual([3, 1, null]);
  });

  it("gives the proxies when any of them is set, and none under FIPS", () => {
    const proxies = (values: { [key: string]: SourceValue["value"] }) =>
      of(
        readerOver(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [["file", value]]]))),
      ).getProxies();
    expect(from.getProxies()).toEqual({ http: "", https: "https://user:password@proxy", noProxy: [] });
    expect(proxies({ "proxy.no_proxy": "a b" })).toEqual({ http: "", https: "", noProxy: ["a", "b"] });
    expect(proxies({ "proxy.http": "h", "proxy.no_proxy": ["c"] })).toEqual({ http: "h", https: "", noProxy: ["c"] });
    expect(proxies({ "proxy.http": "", "proxy.https": "", "proxy.no_proxy": [] })).toBeUndefined();
    expect(proxies({ other: 1 })).toBeUndefined();
    expect(proxies({ "proxy.http": "h", "fips.enabled": true })).toBeUndefined();
    expect(proxies({ "proxy.http": "h", "fips.enabled": "false" })).toMatchObject({ http: "h" });
  });
});

it("a view says which state it shows, in numbers, as JSON and in a log, and a reader which is the newest", () => {
  const region = newRegion();
  const reader = createReader(region);
  const before = reader.view();
  const { writer } = new TestWriter(region);
  writer.publish({ sequenceId: 7, origin: "host-1", changes: [], atMs: 1_700_000_000_123 });
  const after = reader.view();
  const facts = [
    { sequenceId: 0, publishedAtMs: 0, origin: "" },
    { sequenceId: 7, publishedAtMs: 1_700_000_000_123, origin: "host-1" },
  ];
  for (const [i, view] of [before, after].entries()) {
    const { sequenceId, publishedAtMs, origin } = view;
    expect({ sequenceId, publishedAtMs, origin }).toEqual(facts[i]);
    expect(JSON.parse(JSON.stringify(view))).toEqual(facts[i]);
    expect(inspect(view)).toBe(`View { sequenceId: ${sequenceId} }`);
  }
  expect([inspect(reader), JSON.stringify(reader)]).toEqual(["Reader { sequenceId: 7 }", "{}"]);
});

it("a reader of streamed settings has no configuration file", () => {
  expect(settings().configFileUsed()).toBe("");
});

it("the same view is given as long as nothing changes", () => {
  const region = newRegion();
  const writer = new TestWriter(region);
  const reader = createReader(region);
  writer.publish({ a: 1 });
  const view = reader.view();
  expect(reader.view()).toBe(view);
  writer.publish({ a: 2 });
  expect(reader.view()).not.toBe(view);
  expect([view.getInt("a"), reader.view().getInt("a")]).toEqual([1, 2]);
});
