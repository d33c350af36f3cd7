import * as v from "valibot";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { Binding, StandardSchema } from "../../../../../src/index.js";
import { InvalidOptionError } from "../../../../../src/shared/errors.js";
import { createMockConsumer } from "../../../../../src/testing/index.js";

interface Schema {
  "db.host": string;
  "db.port": number;
  "db.tags": readonly string[];
  workers: number;
}

const settings = { "db.host": "a", "db.port": 1, "db.tags": ["x"], workers: 2 };
const open = createMockConsumer({ ...settings }).reader();
const cfg = createMockConsumer<Schema>({ ...settings }).reader();

/** A schema without a library, and without what a part of it lacks. */
function schema(standard: object): StandardSchema<number> {
  return { "~standard": standard } as unknown as StandardSchema<number>;
}

describe("the types of a binding by a schema", () => {
  it("are what the schema gives, not what it takes", () => {
    const port = open.bind("db", z.object({ port: z.number().transform(String), name: z.string().default("n") }));
    expectTypeOf(port).toEqualTypeOf<Binding<{ port: string; name: string }>>();
    expect(port.value).toEqual({ port: "1", name: "n" });
    const db = open.bind(
      "db",
      v.pipe(
        v.object({ host: v.string() }),
        v.transform(({ host }) => host.length),
      ),
    );
    expectTypeOf(db).toEqualTypeOf<Binding<number>>();
    expect(db.value).toBe(1);
    // @ts-expect-error another type than the schema gives
    const wrong: Binding<string> = db;
    expect(wrong).toBe(db);
  });

  it("refuse what has not the shape of a schema, as the call does", () => {
    const bad: (() => unknown)[] = [
      // @ts-expect-error no schema at all
      () => open.bind("db", undefined),
      // @ts-expect-error a text
      () => open.bind("db", "string"),
      // @ts-expect-error the inside of a schema
      () => open.bind("db", z.string()["~standard"]),
      // @ts-expect-error no function to judge with
      () => open.bind("db", { "~standard": { version: 1, vendor: "own" } }),
      // @ts-expect-error options instead of a schema
      () => open.bind("db", { required: ["host"] }),
      // @ts-expect-error a schema instead of a spec
      () => open.bind(z.object({})),
      // @ts-expect-error a section is a text
      () => open.bind(1, z.object({})),
      () => open.bind("db", schema({ version: 1, vendor: "own", validate: "no function" })),
    ];
    for (const make of bad) expect(make).toThrow(InvalidOptionError);
    // @ts-expect-error a judge that gives no result
    const vague: StandardSchema = { "~standard": { version: 1, vendor: "own", validate: () => 1 } };
    // @ts-expect-error another version of the agreement
    const later: StandardSchema = { "~standard": { version: 2, vendor: "own", validate: () => ({ value: 1 }) } };
    expect([vague, later]).toHaveLength(2);
  });

  it.each<[string, StandardSchema]>([
    ["zod", z.object({ host: z.string().refine(async () => true) })],
    [
      "valibot",
      v.objectAsync({
        host: v.pipeAsync(
          v.string(),
          v.checkAsync(async () => true),
        ),
      }),
    ],
    ["no library", schema({ version: 1, vendor: "own", validate: async () => ({ value: 1 }) })],
  ])("do not show whether a schema is asynchronous, so the call refuses those of %s", (_, asynchronous) => {
    expect(() => open.bind("db", asynchronous)).toThrow(/asynchronous.*give one without asynchronous checks/);
  });
});

describe("the types of a binding by a spec", () => {
  const host = cfg.setting("db.host").asString();
  const port = cfg.setting("db.port").asInt();

  it("take required members from the spec, and keys from the schema", () => {
    const db = cfg.bind({ host, port }, { required: ["host", "port"] });
    expectTypeOf(db.value).toEqualTypeOf<{ readonly host: string; readonly port: number }>();
    const bad: (() => unknown)[] = [
      // @ts-expect-error no member
      () => cfg.bind({ host }, { required: ["port"] }),
      // @ts-expect-error no list
      () => cfg.bind({ host }, { required: "host" }),
      // @ts-expect-error a name is a text
      () => cfg.bind({ host }, { required: [1] }),
      // @ts-expect-error a builder, whose type is still to be chosen
      () => cfg.bind({ host: cfg.setting("db.host") }),
      // @ts-expect-error a list of handles
      () => cfg.bind([host]),
      // @ts-expect-error a handle by itself
      () => cfg.bind(host, { required: ["host"] }),
    ];
    for (const make of bad) expect(make).toThrow(InvalidOptionError);
    // @ts-expect-error no such key
    cfg.bind({ a: cfg.setting("db.prot").asInt() });
    // @ts-expect-error a text is no number
    cfg.setting("db.host").asInt();
  });

  it("lead through bindings of bindings, derived values and listeners", () => {
    const db = cfg.bind({ host, port, tags: cfg.setting("db.tags").asStringSlice() });
    const all = cfg.bind({ db, workers: cfg.setting("workers").asInt() });
    expectTypeOf(all.value.db.tags).toEqualTypeOf<readonly string[]>();
    const url = cfg.derive({ all }, (values) => `${values.all.db.host}:${values.all.db.port}`);
    expectTypeOf(url).toEqualTypeOf<Binding<string>>();
    url.onChange((now, before) => expectTypeOf([now, before]).toEqualTypeOf<string[]>());
    url.onChange((_now, before) => expectTypeOf(before).toEqualTypeOf<string | undefined>(), { now: true });
    // @ts-expect-error no such input
    expect(() => cfg.derive({ all }, ({ db: { host } }) => host)).toThrow();
    // @ts-expect-error no such option
    expect(() => url.onChange(() => {}, { once: true })).toThrow(InvalidOptionError);
    // @ts-expect-error values are read-only
    expect(() => (all.value.db.host = "b")).toThrow(TypeError);
    // @ts-expect-error so is the binding
    expect(() => (all.value = { db: db.value, workers: 1 })).toThrow(TypeError);
    expect(url.value).toBe("a:1");
  });
});
