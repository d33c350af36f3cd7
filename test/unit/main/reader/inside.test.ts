import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { attachReader } from "../../../../src/main/consumer/attach.js";
import { createConsumer } from "../../../../src/main/consumer/consumer.js";
import type { StandardSchema } from "../../../../src/main/reader/bindings/standard-schema.js";
import { createReader } from "../../../../src/main/reader/reader.js";
import { createMockConsumer } from "../../../../src/testing/index.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

const getters =
  "get getString getBool getInt getInt32 getInt64 getFloat64 getDuration getStringSlice getFloat64Slice getStringMap getStringMapString getStringMapStringSlice getSizeInBytes getProxies isSet isConfigured isKnown isSetting hasSection getSubfields getSource getAllSources allKeysLowercased allSettings allSettingsWithoutDefault allSettingsBySource allFlattenedSettingsWithSequenceId toJSON".split(
    " ",
  );
const reader = [
  ...getters,
  "setting",
  "bind",
  "derive",
  "view",
  "explain",
  "getSequenceId",
  "configFileUsed",
  "onUpdate",
];
const consumer =
  "start waitReady waitReadySync reader subscribe changeSets status metrics share stop toJSON on once off addListener removeListener".split(
    " ",
  );
const controls = ["reader", "waitReady", "waitReadySync", "status", "metrics"];

/** What the documentation names, by object. */
const documented: Readonly<Record<string, readonly string[]>> = {
  reader,
  attached: [...reader, ...controls],
  view: [...getters, "sequenceId", "publishedAtMs", "origin", "keys"],
  builder: ["asString", "asBool", "asInt", "asFloat", "asDuration", "asStringSlice", "as"],
  handle: ["key", "value", "lastError", "onChange", "toJSON"],
  binding: ["value", "lastError", "onChange", "toJSON"],
  "section binding": ["value", "lastError", "onChange", "toJSON"],
  derived: ["value", "lastError", "onChange", "toJSON"],
  "update subscription": ["unsubscribe"],
  consumer,
  "mock consumer": [...consumer, "set", "setMany", "unset", "snapshot", "setState"],
  subscription: ["unsubscribe", "closed"],
};
/** Symbols by which languages and tools ask; none gives anything of the inside. */
const symbols = [inspect.custom, Symbol.dispose, Symbol.asyncDispose, Symbol.asyncIterator];

const identity: StandardSchema = {
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) },
};

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

function objects(): Record<string, object> {
  const region = newRegion();
  new TestWriter(region).publish({ "a.secret": "s3cr3t-value", n: 7 });
  const live = createReader(region);
  const streaming = createConsumer({
    clientName: "c",
    coreAgentAddress: "localhost:1",
    authTokenFile: "/nowhere/t",
    ipcCertFile: "/nowhere/c",
  });
  const mock = createMockConsumer({ "a.secret": "s3cr3t-value" });
  const update = live.onUpdate(() => {});
  cleanUps.push(
    () => update.unsubscribe(),
    () => mock.stop(),
    () => streaming.stop(),
  );
  live.getString("a.secret");
  return {
    reader: live,
    attached: attachReader(mock.share()),
    view: live.view(),
    builder: live.setting("a.secret"),
    handle: live.setting("a.secret").asString(),
    binding: live.bind({ secret: live.setting("a.secret").asString() }),
    "section binding": live.bind("a", identity),
    derived: live.derive({ secret: live.setting("a.secret").asString() }, ({ secret }) => new Map([[secret, 1]])),
    "update subscription": update,
    consumer: streaming,
    "mock consumer": mock,
    subscription: mock.subscribe(),
  };
}

/** Every name that can be reached, own or inherited, except what every object and class has. */
function reachable(object: object): (string | symbol)[] {
  const names: (string | symbol)[] = [];
  for (let at: object | null = object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Reflect.ownKeys(at));
  }
  return names.filter((name) => name !== "constructor");
}

describe.each(Object.keys(documented))("a %s", (kind) => {
  it("has no property that is not documented, own or inherited", () => {
    const names = reachable(objects()[kind] as object);
    expect(names.filter((name) => typeof name === "string" && !documented[kind]?.includes(name))).toEqual([]);
    expect(names.filter((name) => typeof name === "symbol" && !symbols.includes(name as never))).toEqual([]);
    expect(
      documented[kind]?.filter((name) => !names.includes(name)),
      "documented and missing",
    ).toEqual([]);
  });

  it("shows no value, memory or cache to Object.keys, spread, JSON and inspect", () => {
    const object = objects()[kind] as object;
    const shown = [
      JSON.stringify(Object.entries({ ...object }).filter(([, value]) => typeof value !== "function")),
      JSON.stringify({ ...object }),
      JSON.stringify(object) ?? "",
      inspect(object, { depth: 10, showHidden: true }),
      inspect(object, { depth: 10, showHidden: true, customInspect: false }),
    ].join("\n");
    expect(shown).not.toMatch(/s3cr3t|Int32Array|SharedArrayBuffer|Map\(|Uint8Array|Memory/);
    for (const name of Object.keys(object)) expect(documented[kind]).toContain(name);
  });
});

it.each(["reader", "handle", "binding"])(
  "the class of a %s makes no second one of what the last was made of",
  (kind) => {
    const made = objects()[kind] as object;
    expect(() => Reflect.construct(made.constructor, [])).toThrow(/^A \w+ is made by/);
  },
);
