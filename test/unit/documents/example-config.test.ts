import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

interface Setting {
  key: string;
  type: string;
}

const fixture: unknown = JSON.parse(
  readFileSync(new URL("../../../packages/configstream/data/agent-settings.json", import.meta.url), "utf8"),
);
const types = new Map((fixture as { settings: Setting[] }).settings.map(({ key, type }) => [key, type]));
const example: unknown = parse(
  readFileSync(new URL("../../../packages/configstream/data/datadog.example.yaml", import.meta.url), "utf8"),
);

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The leaves of a configuration file. A map that is itself a setting is one leaf: the dots in its keys do not nest. */
function leavesOf(value: unknown, path = ""): [key: string, value: unknown][] {
  if (!isMap(value) || types.has(path)) return [[path, value]];
  return Object.entries(value).flatMap(([name, child]) => {
    const lower = name.toLowerCase();
    return leavesOf(child, path === "" ? lower : `${path}.${lower}`);
  });
}

const goDuration = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return Number.isFinite(value);
    case "duration":
      return Number.isSafeInteger(value) || (typeof value === "string" && goDuration.test(value));
    case "array":
      return Array.isArray(value);
    case "object":
      return isMap(value);
    default:
      return false;
  }
}

describe("packages/configstream/data/datadog.example.yaml", () => {
  const leaves = leavesOf(example);

  it("shows between 30 and 50 settings", () => {
    expect(leaves.length).toBeGreaterThanOrEqual(30);
    expect(leaves.length).toBeLessThanOrEqual(50);
  });

  it("names only settings that a real agent knows", () => {
    expect(leaves.map(([key]) => key).filter((key) => !types.has(key))).toEqual([]);
  });

  it("gives every setting a value of its type", () => {
    expect(leaves.filter(([key, value]) => !fits(types.get(key) ?? "unknown", value))).toEqual([]);
  });

  it("shows every type that a setting can have", () => {
    expect(new Set(leaves.map(([key]) => types.get(key)))).toEqual(new Set(types.values()));
  });

  it("holds a placeholder where a real key would stand", () => {
    expect(new Map(leaves).get("api_key")).toBe("0".repeat(32));
  });
});
