/** What a binding refuses, what it says of it, and how often. */
import { describe, expect, it, vi } from "vitest";
import { createReader } from "../../../../../src/main/reader/reader.js";
import { readCounter } from "../../../../../src/memory/facts.js";
import { block, RETIRED } from "../../../../../src/memory/layout.js";
import { InvalidOptionError } from "../../../../../src/shared/errors.js";
import type { ConfigValue } from "../../../../../src/shared/types.js";
import { presentBlock } from "../../../../support/memory/arena-map.js";
import { refusedBy } from "../../../../support/memory/refused-by.js";
import { newRegion, TestWriter } from "../../../../support/memory/region.js";

function setUp(values: Readonly<Record<string, ConfigValue>>) {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish(values);
  const lines: string[] = [];
  const keep = (line: string) => lines.push(line);
  const cfg = createReader(region, { logger: { debug: keep, info: keep, warn: keep, error: keep } });
  const counted = () => readCounter(region, "unreadableValues");
  return { region, writer, cfg, lines, counted };
}

describe("a refusal", () => {
  it("of settings is counted among the values that cannot be read, at the making and later; a fault of a function is not", () => {
    const { writer, cfg, counted } = setUp({ a: 1 });
    const required = () => cfg.bind({ b: cfg.setting("b").asInt() }, { required: ["b"] });
    expect(refusedBy(required).code).toBe("refused_value");
    expect(counted()).toBe(1);
    const faulty = () =>
      cfg.derive({ a: cfg.setting("a").asInt() }, () => {
        throw new Error("mine");
      });
    expect([refusedBy(faulty).code, counted()]).toEqual(["refused_value", 1]);
    const derived = cfg.derive({ a: cfg.setting("a").asInt() }, ({ a }) => {
      if (a === 2) throw new Error("two");
      return a;
    });
    writer.publish({ a: 2, b: 1 });
    expect([derived.value, derived.lastError?.code, counted()]).toEqual([1, "refused_value", 1]);
    const binding = required();
    writer.publish({ b: undefined });
    expect([binding.value, binding.lastError?.code, counted()]).toEqual([{ b: 1 }, "refused_value", 2]);
  });

  it("is one line in the log, however often it is read, and whatever is published of other keys", () => {
    const { writer, cfg, lines } = setUp({ "db.host": "a", "db.port": 1 });
    const spec = { host: cfg.setting("db.host").asString(), port: cfg.setting("db.port").asInt() };
    const binding = cfg.bind(spec, { required: ["host"] });
    writer.publish({ "db.host": undefined });
    const first = binding.lastError;
    for (let i = 0; i < 3; i++) {
      writer.publish({ other: i });
      expect([binding.value, binding.lastError]).toEqual([{ host: "a", port: 1 }, first]);
    }
    expect(lines).toEqual([
      'The settings of the binding of "db.host", "db.port" were refused: db.host: It is required, and missing. ' +
        "It keeps its last value.",
    ]);
  });

  it("is not made again of the same values in another place, as after the hand-over to a new worker", () => {
    const { region, writer, cfg, lines } = setUp({ a: 1 });
    const judge = vi.fn(({ a }: { a: number }) => {
      if (a === 2) throw new Error("two");
      return a;
    });
    const derived = cfg.derive({ a: cfg.setting("a").asInt() }, judge);
    writer.publish({ a: 2 });
    const { lastError } = derived;
    new TestWriter(region).publish({ before: 1, a: 2 });
    expect(derived.lastError).toBe(lastError);
    expect([judge.mock.calls.length, lines.length]).toEqual([2, 1]);
  });

  it("gives way to the next one, and is over when the settings are as they were, without another call", () => {
    const { writer, cfg } = setUp({ a: 1 });
    const judge = vi.fn(({ a }: { a: number }) => {
      if (a > 1) throw new Error("more");
      return { a };
    });
    const derived = cfg.derive({ a: cfg.setting("a").asInt() }, judge);
    const good = derived.value;
    writer.publish({ a: 2 });
    const { lastError } = derived;
    writer.publish({ a: 3 });
    expect(derived.lastError).not.toBe(lastError);
    writer.publish({ a: 1 });
    expect([derived.lastError, derived.value]).toEqual([undefined, good]);
    expect(derived.value).toBe(good);
    expect(judge).toHaveBeenCalledTimes(3);
    writer.publish({ a: 3 });
    expect(derived.lastError, "that was refused before, and is refused again").toBeDefined();
    expect(judge).toHaveBeenCalledTimes(4);
  });

  it("names up to three keys and counts the others, each once", () => {
    const { cfg } = setUp({ z: 1 });
    const messageOf = (...keys: string[]) => {
      const spec = Object.fromEntries(keys.map((key, i) => [`m${i}`, cfg.setting(key).asInt()]));
      const { message } = refusedBy(() =>
        cfg.derive(spec, () => {
          throw new TypeError("s3cr3t");
        }),
      );
      // It goes on with the place in the function.
      const end = " were refused: A function threw TypeError";
      expect(message).toContain(end);
      return message.slice(0, message.indexOf(end));
    };
    expect(messageOf("a", "b", "c")).toBe('The settings of the binding of "a", "b", "c"');
    expect(messageOf("a", "b", "c", "d", "e")).toBe('The settings of the binding of "a", "b", "c" and 2 more');
    expect(messageOf("a", "A", "b", "a")).toBe('The settings of the binding of "a", "b"');
  });

  it("has what a function threw as its cause, and no cause when the settings themselves are refused", () => {
    const { cfg } = setUp({ text: "x" });
    const thrown = new Error("mine");
    const ofFunction = refusedBy(() =>
      cfg.derive({ text: cfg.setting("text").asString() }, () => {
        throw thrown;
      }),
    );
    expect(ofFunction.cause).toBe(thrown);
    const ofSettings = refusedBy(() => cfg.bind({ n: cfg.setting("text").asInt() }, { required: ["n"] }));
    expect(ofSettings).not.toHaveProperty("cause");
    expect(ofSettings.details.issues).toEqual([
      { path: "text", message: "It is required, and its value is not an integer." },
    ]);
  });

  it("that a function words as an error of this package reaches the application as it is", () => {
    const { cfg } = setUp({ a: 1 });
    const own = new InvalidOptionError("mine");
    const make = () =>
      cfg.derive({ a: cfg.setting("a").asInt() }, () => {
        throw own;
      });
    expect(refusedBy(make)).toBe(own);
  });

  it("is none of a binding that reads nothing, because publishes outrun its thread: it says so, and can be made again", () => {
    const { region, cfg } = setUp({ a: 1 });
    const begun = presentBlock(region) + block.begun;
    const present = region.load(begun);
    region.store(begun, RETIRED);
    const make = () => cfg.bind({ a: cfg.setting("a").asInt() });
    expect(refusedBy(make).code).toBe("view_contended");
    expect(refusedBy(() => cfg.view()).code).toBe("view_contended");
    region.store(begun, present);
    expect([make().value, cfg.view().getInt("a")]).toEqual([{ a: 1 }, 1]);
  });
});

describe("what is required", () => {
  it("has a value other than null, also one that is a section", () => {
    const { writer, cfg } = setUp({ "s.a": 1, null: null });
    const section = cfg.bind({ s: cfg.setting("s").as((value) => value) }, { required: ["s"] });
    expect(section.value).toEqual({ s: { a: 1 } });
    expect(refusedBy(() => cfg.bind({ n: cfg.setting("null").asString() }, { required: ["n"] })).code).toBe(
      "refused_value",
    );
    writer.publish({ "s.a": undefined });
    expect(section.lastError?.details.issues).toEqual([{ path: "s", message: "It is required, and missing." }]);
  });
});

describe("a spec", () => {
  it.each([
    ["a number", 5, "expects an object of handles and bindings, but was given 5"],
    ["nothing", null, "expects an object of handles and bindings, but was given null"],
    ["a list", [], "expects an object of handles and bindings, but was given an array of 0"],
    ["a member that is null", { a: null }, '"a" is null'],
    ["a member that is nothing", { a: undefined }, '"a" is undefined'],
    ["a member that is a function", { a: () => 1 }, '"a" is a function'],
    ["a member that is a text", { a: "x" }, '"a" is "x"'],
  ])("is refused when it is, or has, %s", (_, spec, words) => {
    const { cfg } = setUp({ a: 1 });
    const calls = { bind: () => cfg.bind(spec as never), derive: () => cfg.derive(spec as never, () => 1) };
    for (const [call, make] of Object.entries(calls)) {
      const error = refusedBy(make);
      expect(error).toBeInstanceOf(InvalidOptionError);
      expect(error.message).toContain(words);
      expect(error.message).toContain(call);
    }
  });

  it("may require its own members alone, not what every object has", () => {
    const { cfg } = setUp({ a: 1 });
    const spec = { a: cfg.setting("a").asInt() };
    expect(() => cfg.bind(spec, { required: ["toString"] as never })).toThrow('"toString", which is no member');
  });

  it("may have a member of any name, also of one that objects have by nature", () => {
    const { writer, cfg } = setUp({ a: 1, b: 1 });
    const spec = { ["__proto__"]: cfg.setting("a").asInt(), constructor: cfg.setting("b").asInt() };
    const { value } = cfg.bind(spec);
    expect(Object.entries(value)).toEqual([
      ["__proto__", 1],
      ["constructor", 1],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    const bound = cfg.bind(spec);
    writer.publish({ a: 2 });
    expect(Object.entries(bound.value)[0]).toEqual(["__proto__", 2]);
  });
});

describe("a member that is a binding", () => {
  it("has its own values, wherever it stands, and is made again only when one of its own keys has changed", () => {
    const { writer, cfg } = setUp({ n: 1, x: 2, y: 3, z: 4 });
    const of = (key: string) => cfg.setting(key).asInt();
    const add = vi.fn(({ x, y }: { x: number; y: number }) => x + y);
    const outer = cfg.bind({ n: of("n"), sum: cfg.derive({ x: of("x"), y: of("y") }, add), z: of("z") });
    expect(outer.value).toEqual({ n: 1, sum: 5, z: 4 });
    add.mockClear();
    writer.publish({ n: 10, z: 40 });
    expect(outer.value).toEqual({ n: 10, sum: 5, z: 40 });
    expect(add).not.toHaveBeenCalled();
    writer.publish({ y: 30 });
    expect(outer.value).toEqual({ n: 10, sum: 32, z: 40 });
    expect(add).toHaveBeenCalledTimes(1);
  });
});

describe("a value", () => {
  it("loses the members whose keys are gone, be they all that it has", () => {
    const { writer, cfg } = setUp({ a: 1, b: 2 });
    const as = (key: string) => cfg.setting(key).as((value) => value);
    const binding = cfg.bind({ a: as("a"), b: as("b") });
    expect(binding.value).toEqual({ a: 1, b: 2 });
    writer.publish({ a: undefined, b: undefined });
    expect([binding.value, binding.lastError]).toEqual([{ a: undefined, b: undefined }, undefined]);
  });

  it("is the same object as long as its members are the same or equal data, and another one when one of them is not", () => {
    const { region, cfg } = setUp({ map: { list: [1] }, n: 1 });
    const spec = {
      map: cfg.setting("map").as((value) => value),
      n: cfg.setting("n").asInt(),
      same: cfg.setting("n").as((value) => typeof value),
    };
    const binding = cfg.bind(spec);
    const first = binding.value;
    new TestWriter(region).publish({ before: 1, n: 1, map: { list: [1] } });
    expect(binding.value).toBe(first);
    const heir = new TestWriter(region);
    heir.publish({ n: 1, map: { list: [1, 2] } });
    expect(binding.value).toEqual({ map: { list: [1, 2] }, n: 1, same: "number" });
    heir.publish({ map: null });
    expect(binding.value.map).toBeNull();
    heir.publish({ map: "text" });
    expect(binding.value).toEqual({ map: "text", n: 1, same: "number" });
  });

  it("of a function that gives equal data anew is the new one, because it may be more than data", () => {
    const { writer, cfg } = setUp({ a: 1, b: 1 });
    const derived = cfg.derive({ a: cfg.setting("a").asInt() }, () => ({ always: "the same" }));
    const first = derived.value;
    writer.publish({ b: 2 });
    expect(derived.value).toBe(first);
    writer.publish({ a: 2 });
    expect(derived.value).not.toBe(first);
  });
});
