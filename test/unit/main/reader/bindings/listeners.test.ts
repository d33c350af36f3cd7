/** What a binding asks its reader for on behalf of its listeners, and what these are told. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../../../../../src/shared/errors.js";
import { toldReader } from "../../../../support/memory/told-reader.js";

function setUp() {
  const told = toldReader();
  told.writer.publish({ "db.host": "a", "db.port": 1, "s.x": 1 });
  const { cfg } = told;
  const db = cfg.bind({ host: cfg.setting("db.host").asString(), port: cfg.setting("db.port").asInt() });
  return { ...told, db };
}

describe("a binding's watch", () => {
  it("begins with the first listener, ends with the last one, and begins anew with the next", () => {
    const { writer, db, tell, filters } = setUp();
    expect(filters()).toEqual([]);
    const told: string[] = [];
    const first = db.onChange(({ port }) => told.push(`first ${port}`));
    const second = db.onChange(({ port }) => told.push(`second ${port}`));
    expect(filters()).toHaveLength(1);
    first.unsubscribe();
    first.unsubscribe();
    writer.publish({ "db.port": 2 });
    tell();
    expect([told, filters().length]).toEqual([["second 2"], 1]);
    second.unsubscribe();
    expect(filters()).toEqual([]);
    writer.publish({ "db.port": 3 });
    db.onChange(({ port }) => told.push(`third ${port}`));
    expect(filters()).toHaveLength(1);
    tell();
    expect(told, "not of what was before it came").toEqual(["second 2"]);
    writer.publish({ "db.port": 4 });
    tell();
    expect(told).toEqual(["second 2", "third 4"]);
  });

  it("is of its own keys alone, and of everything when a section is among its members", () => {
    const { cfg, db, filters } = setUp();
    db.onChange(() => {});
    cfg.bind({ port: cfg.setting("db.port").asInt(), s: cfg.setting("s").as((value) => value) }).onChange(() => {});
    expect(filters()).toEqual([{ keys: ["db.host", "db.port"] }, {}]);
  });

  it("that reports a publish key by key tells listeners once, and nothing when no member has changed", () => {
    const { writer, db, tell } = setUp();
    const told: unknown[] = [];
    db.onChange(({ host, port }, before) => told.push([host, port, before.port]));
    tell();
    writer.publish({ "db.host": "b", "db.port": 2 });
    tell();
    tell();
    expect(told).toEqual([["b", 2, 1]]);
  });
});

describe("a listener that comes", () => {
  it("has those before it told of what has changed until now, because it is not told of that itself", () => {
    const { writer, db, tell } = setUp();
    const told: string[] = [];
    db.onChange(({ port }, before) => told.push(`early ${before.port} ${port}`));
    writer.publish({ "db.port": 2 });
    db.onChange(({ port }, before) => told.push(`late ${before.port} ${port}`));
    expect(told).toEqual(["early 1 2"]);
    tell();
    writer.publish({ "db.port": 3 });
    tell();
    expect(told).toEqual(["early 1 2", "early 2 3", "late 2 3"]);
  });

  it("is called at once if it wants to be, alone, with the newest value and nothing before it", () => {
    const { writer, db, tell } = setUp();
    const told: unknown[] = [];
    db.onChange(() => told.push("another"));
    const now = db.onChange((value, before) => told.push([value, before]), { now: true });
    expect(told).toEqual([[{ host: "a", port: 1 }, undefined]]);
    now.unsubscribe();
    db.onChange(() => told.push("later"), { now: false });
    expect(told).toHaveLength(1);
    writer.publish({ "db.port": 5 });
    tell();
    expect(told.slice(1)).toEqual(["another", "later"]);
  });

  it.each([
    ["no function", [1, {}], "function"],
    ["nothing", [], "function"],
    ["an option that is not there", [() => {}, { later: true }], 'no option "later"'],
    ["a time that is neither yes nor no", [() => {}, { now: 1 }], '"now" must be true or false'],
  ])("is refused with %s", (_, given, words) => {
    const { db, filters } = setUp();
    const add = () => (db.onChange as (...given: unknown[]) => unknown)(...given);
    expect(add).toThrow(InvalidOptionError);
    expect(add).toThrow(words);
    expect(filters()).toEqual([]);
  });

  it("may throw: the log names the binding's keys, and neither values nor the message, and the others are told", () => {
    const { writer, db, lines, tell } = setUp();
    const told: unknown[] = [];
    db.onChange(() => {
      throw new TypeError("s3cr3t");
    });
    db.onChange(({ port }) => told.push(port));
    writer.publish({ "db.port": 2 });
    tell();
    expect(told).toEqual([2]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^An onChange listener of the binding of db\.host, db\.port failed: TypeError/);
    expect(lines[0]).not.toContain("s3cr3t");
  });
});

it("a binding that is logged shows its keys and no value, and nobody can change the list of them", () => {
  const { db } = setUp();
  expect(inspect(db)).toBe("Binding { keys: db.host, db.port }");
  expect(JSON.stringify(db)).toBe('{"keys":["db.host","db.port"]}');
  expect(() => (db.toJSON().keys as string[]).push("x")).toThrow(TypeError);
});
