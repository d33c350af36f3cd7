import { describe, expect, expectTypeOf, it, vi } from "vitest";
import type { Binding } from "../../../../../src/index.js";
import { attachReader } from "../../../../../src/main/consumer/attach.js";
import { createReader } from "../../../../../src/main/reader/reader.js";
import { InvalidOptionError } from "../../../../../src/shared/errors.js";
import { createMockConsumer } from "../../../../../src/testing/index.js";
import { refusedBy } from "../../../../support/memory/refused-by.js";
import { newRegion, TestWriter } from "../../../../support/memory/region.js";

function setUp(values: Record<string, string | number | undefined> = {}) {
  const region = newRegion();
  const writer = new TestWriter(region);
  if (Object.keys(values).length > 0) writer.publish(values);
  const cfg = createReader(region);
  const bind = () =>
    cfg.bind({ host: cfg.setting("db.host").asString("localhost"), port: cfg.setting("db.port").asInt(5432) });
  return { region, writer, cfg, bind };
}

describe("a binding of handles", () => {
  it("gives the defaults before anything is published, and then the values, frozen", () => {
    const { writer, bind } = setUp();
    const db = bind();
    expectTypeOf(db).toEqualTypeOf<Binding<{ readonly host: string; readonly port: number }>>();
    expect(db.value).toEqual({ host: "localhost", port: 5432 });
    writer.publish({ "db.host": "a", "db.port": 1, other: 1 });
    expect(db.value).toEqual({ host: "a", port: 1 });
    expect(Object.isFrozen(db.value)).toBe(true);
    expect(db.lastError).toBeUndefined();
  });

  it("gives the same object until one of its values changes", () => {
    const { region, writer, bind } = setUp({ "db.host": "a" });
    const db = bind();
    const before = db.value;
    writer.publish({ other: 1 });
    writer.publish({ "db.host": "a" });
    expect(db.value).toBe(before);
    // Another writer, whose keys are in other slots.
    const heir = new TestWriter(region);
    heir.publish({ x: 1, "db.port": 5432, "db.host": "a" });
    expect(db.value).toBe(before);
    heir.publish({ "db.port": 7 });
    expect(db.value).toEqual({ host: "a", port: 7 });
    heir.publish({ "db.host": undefined });
    expect(db.value).toEqual({ host: "localhost", port: 7 });
  });

  it("sees keys and sections that come later, go, and come back", () => {
    const { writer, cfg } = setUp({ z: 1 });
    const both = cfg.bind({ one: cfg.setting("One").asInt(), all: cfg.setting("s").as((value) => value) });
    expect(both.value).toEqual({ one: 0, all: undefined });
    writer.publish({ one: 1, "s.a": 1 });
    expect(both.value).toEqual({ one: 1, all: { a: 1 } });
    writer.publish({ "s.b": 2, one: undefined });
    expect(both.value).toEqual({ one: 0, all: { a: 1, b: 2 } });
    writer.publish({ one: 3, s: 5 });
    expect(both.value).toEqual({ one: 3, all: 5 });
  });

  it("makes only the members again whose keys or sections have changed", () => {
    const { writer, cfg } = setUp({ one: 1, "s.a": 1, "s.b": 2 });
    const parse = vi.fn((value: unknown) => value);
    const all = cfg.bind({
      one: cfg.setting("one").asInt(),
      s: cfg.setting("s").as(parse),
      two: cfg.setting("s.b").asInt(),
    });
    parse.mockClear();
    writer.publish({ one: 5 });
    expect(all.value).toEqual({ one: 5, s: { a: 1, b: 2 }, two: 2 });
    expect(parse).not.toHaveBeenCalled();
    writer.publish({ "s.b": 3 });
    expect(all.value).toEqual({ one: 5, s: { a: 1, b: 3 }, two: 3 });
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it("refuses at its making what is required and missing, or cannot be read, with all paths and no value", () => {
    const { writer, cfg } = setUp({ "db.port": "s3cr3t" });
    const make = () =>
      cfg.bind(
        { host: cfg.setting("db.host").asString(), port: cfg.setting("db.port").asInt() },
        { required: ["host", "port"] },
      );
    const error = refusedBy(make);
    expect(error).toMatchObject({ name: "ConfigStreamError", code: "refused_value" });
    expect(error.details.issues?.map(({ path }) => path)).toEqual(["db.host", "db.port"]);
    expect(JSON.stringify([error, error.message])).not.toContain("s3cr3t");
    writer.publish({ "db.host": "a", "db.port": 1 });
    expect(make().value).toEqual({ host: "a", port: 1 });
  });

  it("keeps its last good value while what is required is missing, and is well again with the old value", () => {
    const { writer, cfg } = setUp({ "db.host": "a", "db.port": 1 });
    const db = cfg.bind(
      { host: cfg.setting("db.host").asString(), port: cfg.setting("db.port").asInt() },
      { required: ["host"] },
    );
    const good = db.value;
    writer.publish({ "db.host": undefined, "db.port": 2 });
    expect(db.value).toBe(good);
    expect(db.lastError?.details.issues).toEqual([{ path: "db.host", message: expect.stringContaining("missing") }]);
    writer.publish({ "db.host": "a", "db.port": 1 });
    expect(db.lastError).toBeUndefined();
    expect(db.value).toBe(good);
  });

  it("keeps its last good value while a parser of one member throws", () => {
    const { writer, cfg } = setUp({ a: 1, b: 1 });
    const parse = (value: unknown) => {
      if (value === 2) throw new Error("two");
      return value;
    };
    const both = cfg.bind({ a: cfg.setting("a").as(parse), b: cfg.setting("b").asInt() });
    writer.publish({ a: 2, b: 2 });
    expect(both.value).toEqual({ a: 1, b: 1 });
    expect(both.lastError?.cause).toEqual(new Error("two"));
    expect(both.lastError?.message).not.toContain("two");
  });

  it("may be a member of another one", () => {
    const { writer, cfg, bind } = setUp({ "db.host": "a", n: 1 });
    const outer = cfg.bind({ db: bind(), n: cfg.setting("n").asInt() });
    expectTypeOf(outer.value.db.port).toBeNumber();
    writer.publish({ "db.host": "b", n: 2 });
    expect(outer.value).toEqual({ db: { host: "b", port: 5432 }, n: 2 });
  });

  it("refuses what is no spec, with what to do", () => {
    const { cfg } = setUp();
    const other = setUp().cfg;
    const bad: (() => unknown)[] = [
      // @ts-expect-error no handle
      () => cfg.bind({ a: 1 }),
      // @ts-expect-error a builder, which has no type yet
      () => cfg.bind({ a: cfg.setting("a") }),
      // @ts-expect-error nothing
      () => cfg.bind(null),
      () => cfg.bind({}),
      () => cfg.bind({ a: other.setting("a").asInt() }),
      // @ts-expect-error no member
      () => cfg.bind({ a: cfg.setting("a").asInt() }, { required: ["b"] }),
      // Which of its keys?
      () =>
        cfg.bind(
          { both: cfg.bind({ a: cfg.setting("a").asInt(), b: cfg.setting("b").asInt() }) },
          { required: ["both"] },
        ),
      // @ts-expect-error no option
      () => cfg.bind({ a: cfg.setting("a").asInt() }, { requires: ["a"] }),
      // @ts-expect-error no schema
      () => cfg.bind("a", {}),
      // @ts-expect-error no function
      () => cfg.derive({ a: cfg.setting("a").asInt() }, 1),
    ];
    for (const make of bad) expect(make).toThrow(InvalidOptionError);
    const db = cfg.bind({ a: cfg.setting("a").asInt() });
    // @ts-expect-error values are read-only
    expect(() => (db.value.a = 1)).toThrow(TypeError);
    // @ts-expect-error no such member
    db.value.b;
  });

  it("takes keys of the schema alone, with the types of their values", () => {
    const cfg = createMockConsumer<{ "db.host": string; "db.port": number }>().reader();
    // @ts-expect-error no such key
    cfg.bind({ host: cfg.setting("db.hots").asString() });
    // @ts-expect-error a text
    expect(() => cfg.bind({ host: cfg.setting("db.host").asInt() })).not.toThrow();
    const section = cfg.bind({ db: cfg.setting("db").as((value) => value) });
    expectTypeOf(section.value.db?.port).toEqualTypeOf<number | undefined>();
  });
});

describe("a listener of a binding", () => {
  const rows: [string, () => ReturnType<typeof mockOf>][] = [["of the consumer's own reader", mockOf]];
  function mockOf() {
    const mock = createMockConsumer({ "db.host": "a", "db.port": 1, other: 1 });
    const cfg = mock.reader();
    const db = cfg.bind({ host: cfg.setting("db.host").asString(), port: cfg.setting("db.port").asInt() });
    return { mock, cfg, db };
  }

  it.each(rows)("%s is called once a publish with the value and the one before, and not for other keys", (_, make) => {
    const { mock, db } = make();
    const calls: unknown[] = [];
    const subscription = db.onChange((value, before) => calls.push([value, before]));
    mock.set("other", 2);
    mock.snapshot({ "db.host": "b", "db.port": 2, other: 3 });
    expect(calls).toEqual([
      [
        { host: "b", port: 2 },
        { host: "a", port: 1 },
      ],
    ]);
    subscription.unsubscribe();
    subscription[Symbol.dispose]();
    mock.set("db.port", 9);
    expect(calls).toHaveLength(1);
  });

  it("is called at once when it asks for that, also when it throws, and then at changes", () => {
    const { mock, db } = mockOf();
    const calls: unknown[] = [];
    const listener = (value: { port: number }, before: { port: number } | undefined) => {
      calls.push([value.port, before?.port]);
      throw new Error("x");
    };
    db.onChange(listener, { now: true });
    mock.set("db.port", 2);
    expect(calls).toEqual([
      [1, undefined],
      [2, 1],
    ]);
  });

  it("in a thread that gets no messages is told by the reader's own look, once a look", () => {
    vi.useFakeTimers();
    try {
      const { mock } = mockOf();
      const cfg = attachReader(mock.share());
      const db = cfg.bind({ host: cfg.setting("db.host").asString(), port: cfg.setting("db.port").asInt() });
      const calls: unknown[] = [];
      using _subscription = db.onChange((value) => calls.push(value));
      mock.snapshot({ "db.host": "b", "db.port": 2 });
      mock.set("db.port", 3);
      expect(calls).toEqual([]);
      vi.advanceTimersByTime(200);
      expect(calls).toEqual([{ host: "b", port: 3 }]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("that comes later is not told of what was before it", () => {
    const { mock, db } = mockOf();
    const first: number[] = [];
    const second: number[] = [];
    db.onChange(({ port }) => first.push(port));
    mock.set("db.port", 2);
    db.onChange(({ port }) => second.push(port));
    mock.set("db.port", 3);
    expect([first, second]).toEqual([[2, 3], [3]]);
  });
});

describe("a derived value", () => {
  it("is computed from handles and bindings of one publish, once a change", () => {
    const { writer, cfg, bind } = setUp({ "db.host": "a", "db.port": 1, tls: "true" });
    const fn = vi.fn(({ db, tls }: { db: { host: string; port: number }; tls: boolean }) => ({
      url: `${tls ? "tls" : "tcp"}://${db.host}:${db.port}`,
    }));
    const url = cfg.derive({ db: bind(), tls: cfg.setting("tls").asBool() }, fn);
    expectTypeOf(url.value).toEqualTypeOf<{ url: string }>();
    expect(url.value.url).toBe("tls://a:1");
    const before = url.value;
    writer.publish({ other: 1 });
    expect(url.value).toBe(before);
    writer.publish({ "db.host": "b", "db.port": 2, tls: "false" });
    expect([url.value.url, url.value.url]).toEqual(["tcp://b:2", "tcp://b:2"]);
    expect(fn).toHaveBeenCalledTimes(2);
  });

  it("takes a new object although it equals the one before, and keeps the last one while its function throws", () => {
    const { writer, cfg } = setUp({ a: 1 });
    const derived = cfg.derive({ a: cfg.setting("a").asInt() }, ({ a }) => {
      if (a === 2) throw new TypeError("two");
      return new (class Pool {})();
    });
    const first = derived.value;
    writer.publish({ a: 2 });
    expect(derived.value).toBe(first);
    expect(derived.lastError).toMatchObject({ code: "refused_value", cause: new TypeError("two") });
    writer.publish({ a: 1 });
    expect(derived.value).toBe(first);
    expect(derived.lastError).toBeUndefined();
    writer.publish({ a: 3 });
    expect(derived.value).not.toBe(first);
    expect(
      refusedBy(() =>
        cfg.derive({ a: cfg.setting("a").asInt() }, () => {
          throw new Error("x");
        }),
      ).code,
    ).toBe("refused_value");
  });
});
