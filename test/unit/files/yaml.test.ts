import { describe, expect, test } from "vitest";
import { type Defaults, readDefaults } from "../../../src/files/known-keys.js";
import { mergeLeaves, parseYaml } from "../../../src/files/yaml.js";
import type { ConfigStreamError } from "../../../src/shared/errors.js";

const leavesOf = (text: string, defaults: Defaults = {}) =>
  Object.fromEntries(parseYaml("conf.yaml", text, readDefaults(defaults).known));

describe("a YAML file", () => {
  test("becomes lower-case dotted leaves", () => {
    expect(leavesOf("API_Key: x\nLogs:\n  Enabled: true\n  Deep: {A: 1, b: [1, {C: d}]}\n")).toEqual({
      api_key: "x",
      "logs.enabled": true,
      "logs.deep.a": 1,
      "logs.deep.b": [1, { C: "d" }],
    });
  });

  test("keeps a map whose names contain dots as one value", () => {
    expect(leavesOf("a:\n  labels:\n    app.kubernetes.io/name: app\n    Tier: {x: 1}\n  b: 1\n")).toEqual({
      "a.labels": { "app.kubernetes.io/name": "app", Tier: { x: 1 } },
      "a.b": 1,
    });
  });

  test("keeps a map under a key that is known as an object, as it was written", () => {
    expect(leavesOf("Tags:\n  Team: x\n", [{ key: "tags", type: "object" }])).toEqual({ tags: { Team: "x" } });
  });

  test("reads dotted names as paths at the top, and in a section of which keys are known", () => {
    expect(leavesOf("my.port: 1\n")).toEqual({ "my.port": 1 });
    expect(leavesOf("apm: {obfuscation.on: true, env: x}\n", { "apm.env": "" })).toEqual({
      "apm.obfuscation.on": true,
      "apm.env": "x",
    });
  });

  test("sets nothing for a key without a value, and keeps an empty map only where no section is known", () => {
    expect(leavesOf("logs_config:\n# enabled: true\na: {}\nb: {}\nc: [null]\n", { "b.x": 1 })).toEqual({
      a: {},
      c: [null],
    });
  });

  test.each(["", "# only a comment\n", "---\n", "null\n"])("with no content (%j) sets nothing", (text) => {
    expect(leavesOf(text)).toEqual({});
  });

  test("resolves anchors and merge keys", () => {
    expect(leavesOf("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n")).toEqual({
      "base.x": 1,
      "base.y": 2,
      "use.x": 1,
      "use.y": 3,
    });
  });

  test("keeps a name like __proto__ and pollutes nothing", () => {
    expect(leavesOf("m: {__proto__: {polluted: 1}, a.b: 1}\n").m).toEqual(
      JSON.parse('{"__proto__": {"polluted": 1}, "a.b": 1}'),
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test.each([
    ["an open bracket", "a: 1\nb: [secret,\n", /conf\.yaml is not valid at line \d+, column \d+/],
    ["bad indentation", "a:\n  b: 1\n secret: 2\n", /line 3, column \d+/],
    ["a duplicate key", "secret: 1\nb: 2\nsecret: 3\n", /line 3, column 1: duplicate key/],
    ["a list at the top", "- secret\n", /line 1, column 1: its top level must be a map/],
    ["text at the top", "secret\n", /must be a map/],
    ["two documents", "a: 1\n---\nsecret: 2\n", /line \d+, column \d+/],
    ["an alias without anchor", "a: *secret\n", /line 1/],
    ["an alias of its own parent", "a: &x [*x]\n", /line 1/],
    ["nesting without end", `a: ${"[".repeat(100)}${"]".repeat(100)}\n`, /nested too deeply/],
  ])("with %s is refused with its place and without its content", (_name, text, message) => {
    try {
      leavesOf(text);
    } catch (error) {
      expect((error as ConfigStreamError).code).toBe("invalid_config_file");
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain("secret");
      return;
    }
    expect.unreachable();
  });
});

describe("several files", () => {
  const merge = (...files: Record<string, number>[]) =>
    Object.fromEntries(mergeLeaves(files.map((file) => new Map(Object.entries(file)))));

  test("merge by leaf, and the later one wins", () => {
    expect(merge({ "a.b": 1, "a.c": 1 }, { "a.c": 2, d: 2 })).toEqual({ "a.b": 1, "a.c": 2, d: 2 });
  });

  test("replace a section by a leaf of the same name, and the other way round", () => {
    expect(merge({ "a.b": 1, "a.c.d": 1, ab: 1 }, { a: 2 })).toEqual({ ab: 1, a: 2 });
    expect(merge({ a: 1, ab: 1 }, { "a.b.c": 2 })).toEqual({ ab: 1, "a.b.c": 2 });
  });
});
