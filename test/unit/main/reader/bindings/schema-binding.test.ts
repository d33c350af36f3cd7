import * as v from "valibot";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { Binding, StandardSchema } from "../../../../../src/index.js";
import { createReader } from "../../../../../src/main/reader/reader.js";
import { ConfigStreamError, InvalidOptionError } from "../../../../../src/shared/errors.js";
import { createMockConsumer } from "../../../../../src/testing/index.js";
import { newRegion, TestWriter } from "../../../../support/memory/region.js";

interface Db {
  host: string;
  port: number;
}
const schemas: [string, StandardSchema<Db>][] = [
  ["zod", z.object({ host: z.string(), port: z.number().min(1).default(5432) })],
  ["valibot", v.object({ host: v.string(), port: v.optional(v.pipe(v.number(), v.minValue(1)), 5432) })],
];

describe.each(schemas)("a binding of a section by a schema of %s", (_, schema) => {
  it("gives what the schema makes of it, typed, frozen, with its defaults, and sees keys that come later", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ "db.host": "a" });
    const db = createReader(region).bind("DB", schema);
    expectTypeOf(db).toEqualTypeOf<Binding<Db>>();
    expect(db.value).toEqual({ host: "a", port: 5432 });
    expect(Object.isFrozen(db.value)).toBe(true);
    const before = db.value;
    writer.publish({ other: 1, "db.port": 5432 });
    expect(db.value).toBe(before);
    writer.publish({ "db.port": 7 });
    expect(db.value).toEqual({ host: "a", port: 7 });
  });

  it("keeps the last good value when the schema refuses, says where and why without the value, and counts it once", async () => {
    const mock = createMockConsumer({ "db.host": "a", "db.port": 7 });
    const db = mock.reader().bind("db", schema);
    const good = db.value;
    const told: unknown[] = [];
    db.onChange((value) => told.push(value));
    mock.set("db.port", "s3cr3t-value");
    expect([db.value, db.value]).toEqual([good, good]);
    expect(db.lastError?.details.issues?.map(({ path }) => path)).toEqual(["db.port"]);
    expect(JSON.stringify([db.lastError, db.lastError?.message])).not.toContain("s3cr3t");
    mock.set("other", 1);
    expect(db.value).toBe(good);
    expect(await mock.metrics.metrics()).toMatch(
      /^configstream_consumer_unreadable_values(_total)?\{client="mock"\} 1$/m,
    );
    expect(told).toEqual([]);
    mock.set("db.port", 8);
    expect(db.lastError).toBeUndefined();
    expect(told).toEqual([{ host: "a", port: 8 }]);
  });

  it("lets the error reach the caller who makes it", () => {
    const cfg = createMockConsumer({ "db.port": 0 }).reader();
    let error: unknown;
    try {
      cfg.bind("db", schema);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigStreamError);
    expect((error as ConfigStreamError).code).toBe("refused_value");
    expect((error as ConfigStreamError).details.issues?.map(({ path }) => path).sort()).toEqual(["db.host", "db.port"]);
  });
});

const by = (validate: StandardSchema<unknown>["~standard"]["validate"]): StandardSchema => ({
  "~standard": { version: 1, vendor: "test", validate },
});

describe("a schema", () => {
  it("that is asynchronous is refused, also when its promise rejects", () => {
    const cfg = createMockConsumer({ "db.port": 0 }).reader();
    for (const validate of [async () => ({ value: 1 }), async () => Promise.reject(new Error("late"))]) {
      expect(() => cfg.bind("db", by(validate))).toThrow(InvalidOptionError);
      expect(() => cfg.bind("db", by(validate))).toThrow(/asynchronous/);
    }
  });

  it("that is asynchronous at some values alone makes these refused", () => {
    const mock = createMockConsumer({ "db.port": 0 });
    const schema = by((value) => ((value as Db).port === 0 ? { value: 0 } : Promise.resolve({ value: 1 })));
    const db = mock.reader().bind("db", schema);
    mock.set("db.port", 1);
    expect(db.value).toBe(0);
    expect(db.lastError).toBeInstanceOf(InvalidOptionError);
  });

  it("that throws refuses, and its error's message is not told", () => {
    const cfg = createMockConsumer({ "db.port": 0 }).reader();
    const throwing = by(() => {
      throw new Error("s3cr3t");
    });
    expect(() => cfg.bind("db", throwing)).toThrow(/The schema threw Error/);
    expect(() => cfg.bind("db", throwing)).not.toThrow(/s3cr3t/);
  });

  it("that quotes values has them taken out of its messages, whole ones, and no parts of words", () => {
    const cfg = createMockConsumer({ "db.a": 'p"w', "db.b": 5, "db.c": "e" }).reader();
    const quoting = by(() => ({
      issues: [
        { message: 'not p"w, nor "p\\"w"', path: ["a"] },
        { message: "5 of 15, not 5", path: [{ key: "b" }] },
        { message: "the value e", path: ["c"] },
        { message: 'all: p"w 5 e' },
      ],
    }));
    const message = (() => {
      try {
        cfg.bind("db", quoting);
      } catch (thrown) {
        return (thrown as ConfigStreamError).details.issues;
      }
      return undefined;
    })();
    expect(message).toEqual([
      { path: "db.a", message: 'not …, nor "…"' },
      { path: "db.b", message: "… of 15, not …" },
      { path: "db.c", message: "the value …" },
      { path: "db", message: "all: … … …" },
    ]);
  });

  it("that gives objects of classes gives them as they are", () => {
    const cfg = createMockConsumer({ "db.url": "http://a" }).reader();
    const db = cfg.bind(
      "db",
      z.object({ url: z.string().transform((text) => new URL(text)), list: z.array(z.string()).default([]) }),
    );
    expect(db.value.url.host).toBe("a");
    expect(Object.isFrozen(db.value.url)).toBe(false);
    expect(Object.isFrozen(db.value.list)).toBe(true);
  });

  it("that gives data has all of it frozen: lists, objects without a prototype, and what holds itself", () => {
    const cfg = createMockConsumer({ "db.a": 1 }).reader();
    const bare = Object.assign(Object.create(null), { list: [{ x: 1 }] });
    const data: Record<string, unknown> = { bare, none: null, nothing: undefined, call: () => 1 };
    data.self = data;
    const { value } = cfg.bind(
      "db",
      by(() => ({ value: data })),
    );
    expect(value).toBe(data);
    for (const part of [data, bare, bare.list, bare.list[0]]) expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(data.call)).toBe(false);
  });

  it("may give what is no object, and may be a function itself", () => {
    const cfg = createMockConsumer({ "db.a": 1 }).reader();
    for (const given of [null, undefined, "text", 5]) {
      expect(
        cfg.bind(
          "db",
          by(() => ({ value: given })),
        ).value,
      ).toBe(given);
    }
    const callable = Object.assign(
      () => {},
      by(() => ({ value: "of a function" })),
    );
    expect(cfg.bind("db", callable as StandardSchema).value).toBe("of a function");
  });

  it.each([undefined, null, 5, "text", {}, { "~standard": null }, { "~standard": { validate: 1 } }])(
    "is no schema, and refused before anything is asked of it, when it is %j",
    (given) => {
      const cfg = createMockConsumer({ "db.a": 1 }).reader();
      const make = () => cfg.bind("db", given as never);
      expect(make).toThrow(InvalidOptionError);
      expect(make).toThrow("bind expects a Standard Schema");
    },
  );

  it("may complain about what is not there, about parts of texts, and about everything", () => {
    const cfg = createMockConsumer({ "db.c": "text", "db.none": null }).reader();
    const complaining = by(() => ({
      issues: [
        { message: "a text", path: ["missing", "deeper"] },
        { message: "a text", path: ["none", "deeper"] },
        { message: "4 letters", path: ["c", "length"] },
        { message: "a text" },
      ],
    }));
    let issues: unknown;
    try {
      cfg.bind("DB", complaining);
    } catch (thrown) {
      issues = (thrown as ConfigStreamError).details.issues;
    }
    expect(issues).toEqual([
      { path: "db.missing.deeper", message: "a text" },
      { path: "db.none.deeper", message: "a text" },
      { path: "db.c.length", message: "4 letters" },
      { path: "db", message: "a …" },
    ]);
    expect((issues as object[]).every(Object.isFrozen)).toBe(true);
  });

  it("that makes equal data of what has changed leaves the value as it is", () => {
    const mock = createMockConsumer({ "db.a": 1, "db.b": 1 });
    const schema = by((value) => ({ value: { a: (value as { a: number }).a } }));
    const db = mock.reader().bind("db", schema);
    const first = db.value;
    mock.set("db.b", 2);
    expect(db.value).toBe(first);
    mock.set("db.a", 2);
    expect(db.value).toEqual({ a: 2 });
  });
});
