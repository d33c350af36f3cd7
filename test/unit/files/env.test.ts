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
]);

const map = (env: Record<string, string>) => {
  const { values, misfits } = mapEnvironment(pickVariables(env), known);
  return { values: Object.fromEntries(values), misfits };
};

describe("environment variables", () => {
  test("are named DD_ and the key in upper case, dots as underscores", () => {
    expect(variableOf("logs_config.use_http")).toBe("DD_LOGS_CONFIG_USE_HTTP");
  });

  test("set known keys only, and not when they are empty", () => {
    expect(map({ DD_NAME: "x", DD_OTHER: "y", NAME: "z", DD_PORT: "" }).values).toEqual({ name: "x" });
  });

  test.each([
    ["DD_FLAG_ENABLED", "T", "flag.enabled", true],
    ["DD_FLAG_ENABLED", "0", "flag.enabled", false],
    ["DD_PORT", " 8126 ", "port", 8126],
    ["DD_PORT", "-1", "port", -1],
    ["DD_RATIO", "1.5e3", "ratio", 1500],
    ["DD_HOSTS", "a b,c, d", "hosts", ["a", "b", "c", "d"]],
    ["DD_HOSTS", '["a b", 1]', "hosts", ["a b", 1]],
    ["DD_LABELS", '{"a.b": "c"}', "labels", { "a.b": "c" }],
    ["DD_NAME", "8126", "name", "8126"],
    ["DD_WAIT", "10s", "wait", "10s"],
  ])("%s=%s is read by the type of its key", (name, text, key, value) => {
    expect(map({ [name]: text })).toEqual({ values: { [key]: value }, misfits: [] });
  });

  test.each([
    ["DD_FLAG_ENABLED", "maybe", "flag.enabled", "bool"],
    ["DD_PORT", "1.5", "port", "int"],
    ["DD_RATIO", "much", "ratio", "number"],
    ["DD_HOSTS", '["a"', "hosts", "array"],
    ["DD_LABELS", "[1]", "labels", "object"],
  ])("%s=%s does not fit: kept as text and reported by name", (name, text, key, type) => {
    expect(map({ [name]: text })).toEqual({ values: { [key]: text }, misfits: [{ variable: name, type }] });
  });
});

describe("defaults", () => {
  test("may be a plain record: types come from the values", () => {
    const { known: types, values } = readDefaults({ "A.b": true, c: 1.5, d: ["x"], e: { "f.g": 1 }, h: "t" });
    expect(["a.b", "c", "d", "e", "h"].map((key) => types.typeOf(key))).toEqual([
      "bool",
      "number",
      "array",
      "object",
      "text",
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
    expect([types.typeOf("k"), types.typeOf("l"), values.size]).toEqual(["int", "object", 0]);
  });

  test("with an entry that has no key are refused", () => {
    expect(() => readDefaults([{ key: "" }])).toThrow(/key/);
  });
});
