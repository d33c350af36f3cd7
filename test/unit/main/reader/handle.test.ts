/** Handles: what they convert into, what their parsers may do, and whom they tell. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { readCounter } from "../../../../src/memory/facts.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";
import { TestWriter } from "../../../support/memory/region.js";
import { toldReader } from "../../../support/memory/told-reader.js";

function setUp() {
  const told = toldReader();
  return { ...told, counted: () => readCounter(told.region, "unreadableValues") };
}

describe("a handle", () => {
  it("of each type gives what the getter of that type gives, and its default, or nothing, where that does", () => {
    const { writer, cfg } = setUp();
    const values = { text: "x", truth: "true", number: "7", half: 0.5, wait: "2s", list: ["a"], none: null };
    const read = () =>
      [...Object.keys(values), "missing"].flatMap((key) => {
        const of = cfg.setting(key);
        return [
          [of.asString().value, cfg.getString(key)],
          [of.asString("d").value, cfg.getString(key, "d")],
          [of.asBool().value, cfg.getBool(key)],
          [of.asBool(true).value, cfg.getBool(key, true)],
          [of.asInt().value, cfg.getInt(key)],
          [of.asInt(-1).value, cfg.getInt(key, -1)],
          [of.asFloat().value, cfg.getFloat64(key)],
          [of.asFloat(-1).value, cfg.getFloat64(key, -1)],
          [of.asDuration().value, cfg.getDuration(key)],
          [of.asDuration(-1).value, cfg.getDuration(key, -1)],
          [of.asStringSlice().value, cfg.getStringSlice(key)],
          [of.asStringSlice(["d"]).value, cfg.getStringSlice(key, ["d"])],
        ];
      });
    for (const [handled, got] of read()) expect(handled).toEqual(got);
    writer.publish(values);
    for (const [handled, got] of read()) expect(handled).toEqual(got);
    expect(cfg.setting("wait").asDuration().value).toBe(2_000);
    expect(() => (cfg.setting("missing").asStringSlice().value as string[]).push("x")).toThrow(TypeError);
  });

  it("notes once what it cannot convert, by the name of its key", () => {
    const { writer, cfg, counted } = setUp();
    writer.publish({ port: "many" });
    const handle = cfg.setting("Port").asInt(5);
    expect([handle.value, handle.value, counted()]).toEqual([5, 5, 1]);
    writer.publish({ port: "more" });
    expect([handle.value, handle.value, counted()]).toEqual([5, 5, 2]);
    expect(cfg.explain("port").reason).toContain("asked for as an integer");
  });

  it("that is logged shows its key and no value", () => {
    const { writer, cfg } = setUp();
    writer.publish({ api_key: "s3cr3t" });
    const handle = cfg.setting("API_key").asString();
    expect(handle.value).toBe("s3cr3t");
    expect(inspect(handle)).toBe("Setting { key: api_key }");
    expect(JSON.stringify({ handle })).toBe('{"handle":{"key":"api_key"}}');
  });

  it("of a section follows it as it comes, changes, becomes a value, and goes", () => {
    const { region, writer, cfg } = setUp();
    const handle = cfg.setting("S").as((value) => value);
    const steps: [Parameters<TestWriter["publish"]>[0], unknown][] = [
      [{ other: 1 }, undefined],
      [{ "s.a": 1 }, { a: 1 }],
      [{ "s.a": 2 }, { a: 2 }],
      [{ s: null }, { a: 2 }],
      [{ "s.a": undefined }, null],
      [{ s: 5 }, 5],
      [{ "s.b": 1 }, 5],
      [{ s: undefined }, { b: 1 }],
      [{ "s.b": undefined }, undefined],
    ];
    for (const [change, expected] of steps) {
      writer.publish(change);
      expect([handle.value, handle.value], JSON.stringify(change)).toEqual([expected, expected]);
    }
    new TestWriter(region).publish({ "s.c": 1 });
    expect(handle.value).toEqual({ c: 1 });
  });
});

describe("a handle's parser", () => {
  it.each([undefined, null, "asInt", {}])("is refused when it is no function, but %j", (parse) => {
    const { cfg } = setUp();
    expect(() => cfg.setting("a").as(parse as never)).toThrow(InvalidOptionError);
  });

  it("may refuse a change: that shows in lastError, also if the value is not read, as long as the change stands", () => {
    const { writer, cfg } = setUp();
    writer.publish({ k: 1 });
    const thrown = [new Error("two"), new Error("three")];
    const handle = cfg.setting("k").as((value) => {
      if (value === 2) throw thrown[0];
      if (value === 3) throw thrown[1];
      return value;
    });
    expect(handle.lastError).toBeUndefined();
    writer.publish({ k: 2 });
    expect(handle.lastError).toBe(thrown[0]);
    writer.publish({ other: 1 });
    expect([handle.value, handle.lastError]).toEqual([1, thrown[0]]);
    writer.publish({ k: 3 });
    expect([handle.value, handle.lastError]).toEqual([1, thrown[1]]);
    writer.publish({ k: 4 });
    expect(handle.lastError).toBeUndefined();
    expect(handle.value).toBe(4);
  });

  it("that refuses is one line in the log a change, with the key, and neither the value nor the message", () => {
    const { writer, cfg, lines } = setUp();
    writer.publish({ k: "good" });
    const handle = cfg.setting("k").as((value) => {
      if (value !== "good") throw new RangeError(`s3cr3t ${value}`);
      return value;
    });
    writer.publish({ k: "planted" });
    void [handle.value, handle.value, handle.lastError];
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^The parser of the handle for "k" refused a change, .* keeps its last value: RangeError/);
    expect(lines[0]).not.toMatch(/s3cr3t|planted/);
    writer.publish({ k: "good" });
    void handle.value;
    expect(lines).toHaveLength(1);
  });

  it("that refuses the first value lets that reach the caller, and leaves nothing behind", () => {
    const { writer, cfg } = setUp();
    const parse = (value: unknown) => {
      if (value === undefined) throw new Error("missing");
      return value;
    };
    expect(() => cfg.setting("k").as(parse)).toThrow("missing");
    writer.publish({ k: 1 });
    expect(cfg.setting("k").as(parse).value).toBe(1);
  });
});

describe("a listener of a handle", () => {
  it("is told of the value and the one before when they differ as data, and of nothing else", () => {
    const { writer, cfg, tell } = setUp();
    writer.publish({ list: ["a"] });
    const handle = cfg.setting("list").asStringSlice();
    const told: unknown[] = [];
    const { unsubscribe } = handle.onChange((value, before) => told.push([value, before]));
    tell();
    writer.publish({ list: ["b"] });
    tell();
    tell();
    writer.publish({ list: ["b"] });
    tell();
    writer.publish({ list: undefined });
    tell();
    expect(told).toEqual([
      [["b"], ["a"]],
      [[], ["b"]],
    ]);
    unsubscribe();
    writer.publish({ list: ["c"] });
    tell();
    expect(told).toHaveLength(2);
  });

  it("begins with the value of the moment at which it comes", () => {
    const { writer, cfg, tell } = setUp();
    writer.publish({ n: 1 });
    const handle = cfg.setting("n").asInt();
    writer.publish({ n: 2 });
    const told: unknown[] = [];
    handle.onChange((value, before) => told.push([value, before]));
    tell();
    writer.publish({ n: 3 });
    tell();
    expect(told).toEqual([[3, 2]]);
  });

  it("is called back with changes of the key, and of what is below it if a section counts as its value", () => {
    const { cfg, filters } = setUp();
    cfg
      .setting("Db")
      .asString()
      .onChange(() => {});
    cfg
      .setting("Db")
      .as((value) => value)
      .onChange(() => {});
    expect(filters()).toEqual([{ key: "db" }, { key: "db", prefix: "db." }]);
  });

  it("gives what it returns to the one who tells, who looks after a promise that rejects", () => {
    const { writer, cfg, tell } = setUp();
    cfg
      .setting("n")
      .asInt()
      .onChange((value) => `told ${value}`);
    expect(tell()).toEqual([undefined]);
    writer.publish({ n: 3 });
    expect(tell()).toEqual(["told 3"]);
  });

  it.each([undefined, null, 1])("is refused when it is no function, but %j", (callback) => {
    const { cfg, filters } = setUp();
    expect(() =>
      cfg
        .setting("n")
        .asInt()
        .onChange(callback as never),
    ).toThrow(InvalidOptionError);
    expect(filters()).toEqual([]);
  });
});
