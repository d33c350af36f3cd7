import { describe, expect, test } from "vitest";
import { mapEnvironment, pickVariables, variableOf } from "../../../src/files/env.js";
import { readDefaults } from "../../../src/files/known-keys.js";

const { known } = readDefaults([
  { key: "Flag.enabled", type: "boolean" },
  { key: "port", type: "int", default: 1 },
  { key: "ratio", type: "float64" },
  { key: "hosts", type: "array" },
  { key: "labels", type: "object" },
  { key: "name", type: "string" },
  { key: "wait", type: "duration" },
  { key: "commas", type: "array", envSeparator: "," },
  { key: "profiles", type: "array", items: "any" },
  { key: "renamed", type: "string", env: ["NEW_NAME", "OLD_NAME"] },
]);

const map = (env: Record<string, string>) => {
  const { values, misfits } = mapEnvironment(pickVariables(env), known);
  return { values: Object.fromEntries(values), misfits };
};

describe("environment variables", () => {
  test("are named DD_ and the key in upper case, dots as underscores", () => {
    expect(variableOf("logs_config.use_http")).toBe("DD_LOGS_CONFIG_USE_HTTP");
  });

  test("are looked for under each name of a key, and an empty one is passed over", () => {
    expect(map({ NEW_NAME: "", OLD_NAME: "old" }).values).toEqual({ renamed: "old" });
    expect(map({ NEW_NAME: "new", OLD_NAME: "old", DD_RENAMED: "x" }).values).toEqual({ renamed: "new" });
  });

  test("set known keys only, and not when they are empty", () => {
    expect(map({ DD_NAME: "x", DD_OTHER: "y", NAME: "z", DD_PORT: "" }).values).toEqual({ name: "x" });
  });

  test.each([
    ["DD_FLAG_ENABLED", "T", "flag.enabled", true],
    ["DD_FLAG_ENABLED", "0", "flag.enabled", false],
    ["DD_PORT", "010", "port", 8],
    ["DD_PORT", "0x10", "port", 16],
    ["DD_PORT", "1_000", "port", 1000],
    ["DD_PORT", "-1", "port", -1],
    ["DD_RATIO", "1.5e3", "ratio", 1500],
    ["DD_HOSTS", "a b,c, d", "hosts", ["a", "b,c,", "d"]],
    ["DD_HOSTS", '["a b", "c"]', "hosts", ["a b", "c"]],
    ["DD_HOSTS", "null", "hosts", null],
    ["DD_COMMAS", "a b,c", "commas", ["a b", "c"]],
    ["DD_PROFILES", '[{"name": "x"}]', "profiles", [{ name: "x" }]],
    ["OLD_NAME", "x", "renamed", "x"],
    ["DD_LABELS", '{"a.b": "c"}', "labels", { "a.b": "c" }],
    ["DD_NAME", "8126", "name", "8126"],
    ["DD_WAIT", "10s", "wait", 10e9],
    ["DD_WAIT", "5", "wait", 5],
  ])("%s=%s is read by the type of its key", (name, text, key, value) => {
    expect(map({ [name]: text })).toEqual({ values: { [key]: value }, misfits: [] });
  });

  test.each([
    ["DD_FLAG_ENABLED", "maybe", "flag.enabled", "bool"],
    ["DD_PORT", "1.5", "port", "int"],
    ["DD_RATIO", "much", "ratio", "number"],
    ["DD_PORT", " 8126", "port", "int"],
    ["DD_FLAG_ENABLED", "yes", "flag.enabled", "bool"],
    ["DD_WAIT", "soon", "wait", "duration"],
    ["DD_PROFILES", "a b", "profiles", "list"],
    ["DD_LABELS", "[1]", "labels", "object"],
  ])("%s=%s does not fit: kept as text and reported by name", (name, text, key, type) => {
    expect(map({ [name]: text })).toEqual({ values: { [key]: text }, misfits: [{ variable: name, type }] });
  });
});

describe("defaults", () => {
  test("may be a plain record: types come from the values", () => {
    const { known: types, values } = readDefaults({ "A.b": true, c: 1.5, d: ["x"], e: { "f.g": 1 }, h: "t", i: [{}] });
    expect(["a.b", "c", "d", "e", "h", "i"].map((key) => types.declaredType(key))).toEqual([
      "bool",
      "number",
      "string list",
      "object",
      "text",
      "list",
    ]);
    expect(values.get("a.b")).toBe(true);
    expect(types.isSection("a")).toBe(true);
    expect(types.isSection("a.b")).toBe(false);
  });

  test("without a value make a key known and give it nothing", () => {
    const { known: types, values } = readDefaults([
      { key: "k", type: "int", default: null },
      { key: "l", type: "map[string]string" },
    ]);
    expect([types.declaredType("k"), types.declaredType("l"), values.size]).toEqual(["int", "object", 0]);
  });

  test("in nested plain objects are sections", () => {
    const { known: types, values } = readDefaults({
      my_agent: { port: 8126, tls: { on: true }, labels: {} },
      "x.y": 1,
    });
    expect([...values]).toEqual([
      ["my_agent.port", 8126],
      ["my_agent.tls.on", true],
      ["my_agent.labels", {}],
      ["x.y", 1],
    ]);
    expect([types.isSection("my_agent"), types.declaredType("my_agent")]).toEqual([true, undefined]);
  });

  test("with env that is no list of names are refused", () => {
    expect(() => readDefaults([{ key: "k", env: "DD_K" as unknown as string[] }])).toThrow(/"env"/);
  });

  test("with an entry that has no key are refused", () => {
    expect(() => readDefaults([{ key: "" }])).toThrow(/key/);
  });
});
