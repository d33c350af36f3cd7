/**
 * What compiles and what does not. The compiler is the test: `npx tsc -p tsconfig.json` fails when a line that must be refused
 * is accepted. What is executed here runs over a mock, so that the lines are ones that work.
 */
import { describe, expect, expectTypeOf, it } from "vitest";
import type {
  AttachedReader,
  attachReader,
  Bytes,
  ConfigChange,
  ConfigValue,
  Consumer,
  createConsumer,
  Duration,
  Reader,
  Setting,
  SettingBuilder,
  StringMap,
  View,
} from "../../../../src/index.js";
import { createMockConsumer } from "../../../../src/testing/index.js";

interface Schema {
  log_level: "debug" | "info" | "error";
  api_key: string;
  "my_agent.port": number;
  "my_agent.enabled": boolean;
  "my_agent.interval": Duration;
  "my_agent.buffer_size": Bytes;
  "my_agent.hosts": readonly string[];
  "my_agent.weights": readonly number[];
  "my_agent.mixed": readonly ConfigValue[];
  "my_agent.labels": { readonly [key: string]: string };
  "my_agent.groups": { readonly [key: string]: readonly string[] };
  "my_agent.tree": { readonly [key: string]: ConfigValue };
  "my_agent.tls.cert": string;
  "my_agent.unknown": ConfigValue;
  "my_agent.optional"?: number;
  "my_agent.nullable": string | null;
}

const mock = createMockConsumer<Schema>({ log_level: "info", "my_agent.port": 8080, "my_agent.interval": "10s" });
const cfg = mock.reader();

describe("with a schema", () => {
  it("single values take keys of their type, and no others", () => {
    expect(cfg.getString("log_level")).toBe("info");
    cfg.getString("my_agent.tls.cert", "default");
    cfg.getString("my_agent.nullable");
    // @ts-expect-error a number
    cfg.getString("my_agent.port");
    // @ts-expect-error no such key
    cfg.getString("my_agent.prot");
    // @ts-expect-error a section
    cfg.getString("my_agent.tls");
    // @ts-expect-error a duration is no text
    cfg.getString("my_agent.interval");
    // @ts-expect-error the default must be a text
    cfg.getString("log_level", 1);

    expect(cfg.getInt("my_agent.port")).toBe(8080);
    cfg.getInt32("my_agent.optional");
    cfg.getInt64("my_agent.port", 1);
    cfg.getFloat64("my_agent.port");
    // @ts-expect-error a text
    cfg.getInt("log_level");
    // @ts-expect-error a duration in nanoseconds is misread by getInt
    cfg.getInt("my_agent.interval");
    // @ts-expect-error a size with a unit is misread by getInt
    cfg.getInt("my_agent.buffer_size");
    // @ts-expect-error a boolean
    cfg.getFloat64("my_agent.enabled");
    // @ts-expect-error a list
    cfg.getInt("my_agent.weights");

    cfg.getBool("my_agent.enabled", true);
    // @ts-expect-error a number
    cfg.getBool("my_agent.port");
  });

  it("durations and sizes take keys of these types, numbers and texts, and not each other's", () => {
    expect(cfg.getDuration("my_agent.interval")).toBe(10_000);
    cfg.getDuration("my_agent.port");
    cfg.getDuration("api_key");
    cfg.getSizeInBytes("my_agent.buffer_size");
    cfg.getSizeInBytes("api_key");
    // @ts-expect-error a size
    cfg.getDuration("my_agent.buffer_size");
    // @ts-expect-error a boolean
    cfg.getDuration("my_agent.enabled");
    // @ts-expect-error a duration
    cfg.getSizeInBytes("my_agent.interval");
    // @ts-expect-error a list
    cfg.getSizeInBytes("my_agent.hosts");
  });

  it("lists and maps take keys by their elements, and maps take sections", () => {
    cfg.getStringSlice("my_agent.hosts");
    cfg.getStringSlice("my_agent.mixed");
    cfg.getFloat64Slice("my_agent.weights");
    cfg.getFloat64Slice("my_agent.mixed");
    // @ts-expect-error numbers
    cfg.getStringSlice("my_agent.weights");
    // @ts-expect-error texts
    cfg.getFloat64Slice("my_agent.hosts");
    // @ts-expect-error a text
    cfg.getStringSlice("log_level");

    cfg.getStringMap("my_agent.labels");
    cfg.getStringMap("my_agent.groups");
    cfg.getStringMapString("my_agent.labels");
    cfg.getStringMapString("my_agent.tree");
    cfg.getStringMapStringSlice("my_agent.groups");
    expect(cfg.getStringMap("my_agent")).toMatchObject({ port: 8080 });
    cfg.getStringMapString("my_agent.tls");
    // @ts-expect-error lists, not texts
    cfg.getStringMapString("my_agent.groups");
    // @ts-expect-error texts, not lists
    cfg.getStringMapStringSlice("my_agent.labels");
    // @ts-expect-error a list
    cfg.getStringMap("my_agent.hosts");
    // @ts-expect-error a size is no map
    cfg.getStringMap("my_agent.buffer_size");
    // @ts-expect-error no such section
    cfg.getStringMap("my_agnt");
  });

  it("a key whose type is not known takes every getter", () => {
    cfg.getString("my_agent.unknown");
    cfg.getInt("my_agent.unknown");
    cfg.getDuration("my_agent.unknown");
    cfg.getStringSlice("my_agent.unknown");
    cfg.getStringMapStringSlice("my_agent.unknown");
  });

  it("get gives the type of a key, and the shape of a section", () => {
    expectTypeOf(cfg.get("log_level")).toEqualTypeOf<"debug" | "info" | "error" | undefined>();
    expectTypeOf(cfg.get("my_agent.port")).toEqualTypeOf<number | undefined>();
    expectTypeOf(cfg.get("my_agent.optional")).toEqualTypeOf<number | undefined>();
    expectTypeOf(cfg.get("my_agent.nullable")).toEqualTypeOf<string | null | undefined>();
    expectTypeOf(cfg.get("my_agent.labels")).toEqualTypeOf<{ readonly [key: string]: string } | undefined>();
    expectTypeOf(cfg.get("my_agent.port", "none")).toEqualTypeOf<number | "none">();
    expectTypeOf(cfg.get("my_agent.tls")).toEqualTypeOf<{ readonly cert?: string } | undefined>();
    const agent = cfg.get("my_agent");
    expectTypeOf(agent?.port).toEqualTypeOf<number | undefined>();
    expectTypeOf(agent?.tls?.cert).toEqualTypeOf<string | undefined>();
    expect(agent?.port).toBe(8080);
    // @ts-expect-error no such setting in the section
    agent?.prot;
    // @ts-expect-error no such key
    cfg.get("my_agent.prot");
    // @ts-expect-error what a getter returns cannot be changed
    if (agent !== undefined) () => (agent.port = 1);
  });

  it("questions about names take keys and sections; those that may fail take any text", () => {
    cfg.isSet("my_agent");
    cfg.isConfigured("my_agent.port");
    cfg.getSource("my_agent.port");
    cfg.explain("my_agent");
    expect(cfg.isKnown("no such name")).toBe(false);
    cfg.isSetting("no such name");
    cfg.hasSection("no such name");
    cfg.getSubfields("no such name");
    // @ts-expect-error no such name
    cfg.isSet("my_agnt");
    // @ts-expect-error no such name
    cfg.getSource("my_agent.prot");
  });

  it("handles have the conversions that fit the key", () => {
    const { port } = { port: cfg.setting("my_agent.port").asInt(80) };
    expectTypeOf(port).toEqualTypeOf<Setting<number>>();
    expect(port.value).toBe(8080);
    cfg.setting("my_agent.port").asDuration();
    cfg.setting("log_level").asString();
    cfg.setting("my_agent.interval").asDuration();
    cfg.setting("my_agent.hosts").asStringSlice();
    cfg.setting("my_agent.unknown").asBool();
    cfg.setting("my_agent.tls").as((tls) => expectTypeOf(tls).toEqualTypeOf<{ readonly cert?: string } | undefined>());
    cfg.setting("my_agent.port").as((value) => expectTypeOf(value).toEqualTypeOf<number | undefined>());
    expectTypeOf(cfg.setting("my_agent.port").as((value) => `${value}`)).toEqualTypeOf<Setting<string>>();
    // @ts-expect-error a text
    () => cfg.setting("log_level").asInt();
    // @ts-expect-error a duration
    () => cfg.setting("my_agent.interval").asInt();
    // @ts-expect-error a section
    () => cfg.setting("my_agent").asString();
    // @ts-expect-error no such key
    () => cfg.setting("my_agent.prot");
    // @ts-expect-error the value is read only
    () => (port.value = 1);
  });

  it("views are typed as readers are", () => {
    const view = cfg.view();
    const typed: View<Schema> = view;
    expect(typed).toBe(view);
    view.getInt("my_agent.port");
    // @ts-expect-error a text
    view.getInt("log_level");
    const { settings } = view.allFlattenedSettingsWithSequenceId();
    expectTypeOf(settings["my_agent.port"]).toEqualTypeOf<number | undefined>();
  });

  it("changes of named keys are typed by their key", async () => {
    const changes = mock.subscribe({ keys: ["log_level", "my_agent.port"], bufferSize: 5 });
    mock.set("my_agent.port", 9090);
    for await (const change of changes) {
      expectTypeOf(change.key).toEqualTypeOf<"log_level" | "my_agent.port">();
      if (change.key === "my_agent.port") {
        expectTypeOf(change.newValue).toExtend<number | undefined>();
        expect(change.newValue).toBe(9090);
      } else {
        expectTypeOf(change.newValue).toExtend<"debug" | "info" | "error" | undefined>();
      }
      break;
    }
    mock.subscribe({ key: "my_agent.hosts", onChange: ({ newValue }) => newValue?.length }).unsubscribe();
    for (const all of [mock.subscribe(), mock.subscribe({ prefix: "my_agent." })]) {
      expectTypeOf(all).toExtend<AsyncIterable<ConfigChange>>();
      all.unsubscribe();
    }
    // @ts-expect-error no such key
    mock.subscribe({ key: "my_agent.prot" }).unsubscribe();
    // @ts-expect-error no such key
    mock.subscribe({ keys: ["log_level", "nope"] }).unsubscribe();
  });

  it("a mock takes values of the keys' types", () => {
    mock.set("my_agent.interval", 5_000_000_000);
    mock.set("my_agent.buffer_size", "10mb");
    expect([cfg.getDuration("my_agent.interval"), cfg.getSizeInBytes("my_agent.buffer_size")]).toEqual([
      5_000,
      10 * 2 ** 20,
    ]);
    // @ts-expect-error a number is wanted
    mock.set("my_agent.port", "9090");
    // @ts-expect-error no such key
    mock.set("my_agent.prot", 1);
    // @ts-expect-error no such level
    createMockConsumer<Schema>({ log_level: "loud" });
  });

  it("a reader with a schema stands for one without", () => {
    const plain: Reader = cfg;
    const view: View = cfg.view();
    const helper = (reader: Reader) => reader.getString("log_level");
    const generic = <S extends object>(reader: Reader<S>) => reader.getSequenceId();
    expect([helper(cfg), plain.getString("log_level"), view.getString("log_level")]).toEqual(Array(3).fill("info"));
    expect(generic(cfg)).toBe(plain.getSequenceId());
    const consumer: Consumer = mock;
    expect(consumer.reader()).toBe(cfg);
    // @ts-expect-error not the other way round: nothing is known of its keys
    const typed: Reader<Schema & { more: string }> = cfg;
    expect(typed).toBe(cfg);
  });

  it("consumer and attached reader pass the schema on", () => {
    expectTypeOf<ReturnType<typeof createConsumer<Schema>>>().toEqualTypeOf<Consumer<Schema>>();
    expectTypeOf<ReturnType<Consumer<Schema>["reader"]>>().toEqualTypeOf<Reader<Schema>>();
    expectTypeOf<ReturnType<typeof attachReader<Schema>>>().toEqualTypeOf<AttachedReader<Schema>>();
    expectTypeOf<AttachedReader<Schema>>().toExtend<Reader<Schema>>();
    expectTypeOf<AttachedReader>().toExtend<Reader>();
    expectTypeOf<AttachedReader<Schema>>().toExtend<Reader>();
  });
});

describe("without a schema", () => {
  it("a consumer is the same type however it is written", () => {
    expectTypeOf<ReturnType<typeof createConsumer>>().toEqualTypeOf<Consumer>();
    expectTypeOf<ReturnType<typeof attachReader>>().toExtend<Reader>();
    expectTypeOf<Reader<object>>().toEqualTypeOf<Reader>();
    expectTypeOf<Consumer<{ [key: string]: ConfigValue }>>().toEqualTypeOf<Consumer>();
  });

  it("every key is a text, and every value may be anything", () => {
    const reader = createMockConsumer({ a: 1 }).reader();
    expectTypeOf(reader).toEqualTypeOf<Reader>();
    const key: string = "a";
    expect(reader.getInt(key)).toBe(1);
    expectTypeOf(reader.get(key)).toEqualTypeOf<ConfigValue | undefined>();
    expectTypeOf(reader.getStringMap(key)).toEqualTypeOf<StringMap<ConfigValue>>();
    expectTypeOf(reader.setting(key)).toEqualTypeOf<SettingBuilder>();
    expectTypeOf(reader.setting(key).asBool()).toEqualTypeOf<Setting<boolean>>();
    expectTypeOf(reader.allFlattenedSettingsWithSequenceId().settings).toEqualTypeOf<
      StringMap<ConfigValue | undefined>
    >();
    // @ts-expect-error a key is a text
    () => reader.getInt(1);
  });
});
