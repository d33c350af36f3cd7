import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { defaultValues, guardParams, requiredKeys } from "../../../../src/main/consumer/guard-options.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";

const folder = mkdtempSync(join(tmpdir(), "guards-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("guards", () => {
  const guards = { "my.port": { type: "integer", min: 1 } } as const;

  it("are rules that a worker can be sent, or a file by its absolute path; none are none", () => {
    expect(guardParams(undefined, {})).toBeUndefined();
    const own = guardParams(guards, {});
    expect(own?.file).toBeUndefined();
    const file = join(folder, "guards.json");
    writeFileSync(file, JSON.stringify(guards));
    expect(guardParams(relative(process.cwd(), file), {})).toEqual({ rules: own?.rules, file });
  });

  it.each(["", "  ", 5, null])("that are %j are refused", (given) => {
    expect(() => guardParams(given, {})).toThrow(InvalidOptionError);
  });

  it("refuse a default that breaks them, by its key and without showing it, in a file as well", () => {
    const file = join(folder, "more.json");
    writeFileSync(file, JSON.stringify(guards));
    for (const given of [guards, file]) {
      expect(() => guardParams(given, { "my.port": 8080, other: "x" })).not.toThrow();
      expect(() => guardParams(given, { "my.port": -98_765 })).toThrow(
        /^defaults\["my\.port"\] breaks its guard: it .+\./,
      );
      expect(() => guardParams(given, { "my.port": -98_765 })).not.toThrow(/98/);
    }
  });
});

describe("defaults", () => {
  it("are frozen copies by lower-case key, without those that are undefined", () => {
    const list = [1];
    const values = defaultValues("defaults", { "A.List": list, none: undefined, null: null });
    expect(values).toEqual({ "a.list": [1], null: null });
    expect(Object.keys(values)).toEqual(["a.list", "null"]);
    list.push(2);
    expect(values["a.list"]).toEqual([1]);
    expect(Object.isFrozen(values["a.list"])).toBe(true);
    expect(defaultValues("defaults", undefined)).toEqual({});
  });

  it.each([[null], [["a"]], ["a"], [{ "": 1 }]])("that are %j are refused", (given) => {
    expect(() => defaultValues("defaults", given)).toThrow(InvalidOptionError);
    expect(() => defaultValues("defaults", given)).toThrow(/"defaults"/);
  });
});

it("required keys are each there once, in lower case", () => {
  expect(requiredKeys("required", undefined)).toEqual([]);
  expect(requiredKeys("required", ["A.b", "a.B", "c"])).toEqual(["a.b", "c"]);
  expect(() => requiredKeys("required", "a")).toThrow(InvalidOptionError);
});
