import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Setting {
  key: string;
  type: string;
  default: unknown;
  items?: string;
  env?: string[];
  envSeparator?: string;
}

interface Fixture {
  origin: { module: string; version: string };
  settings: Setting[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../../../packages/configstream/data/agent-settings.json", import.meta.url), "utf8"),
);
const { origin, settings } = fixture;
const typeOf = new Map(settings.map(({ key, type }) => [key, type]));

const agrees: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => Number.isFinite(value),
  // Nanoseconds: a Go duration loses its unit on the way through JSON.
  duration: (value) => Number.isSafeInteger(value),
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

function parentsOf(key: string): string[] {
  const parts = key.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

describe("packages/configstream/data/agent-settings.json", () => {
  it("names the module and the exact version that it was derived from", () => {
    expect(origin.module).toBe("github.com/DataDog/datadog-agent/pkg/config/setup");
    expect(origin.version).toMatch(/^v\d+\.\d+\.\d+$/);
  });

  it("holds the whole list of a real agent, more than 2,000 settings", () => {
    expect(settings.length).toBeGreaterThan(2000);
  });

  it("says key, type and default of each setting, and how variables set it where that is not as usual", () => {
    const form = /^key,type,(items,)?default(,env)?(,envSeparator)?$/;
    expect(settings.filter((setting) => !form.test(Object.keys(setting).join()))).toEqual([]);
  });

  it("names the variables, the separators and the types of items that the module declares", () => {
    const setting = (key: string) => settings.find((each) => each.key === key);
    expect(setting("apm_config.features")).toMatchObject({ env: ["DD_APM_FEATURES"], envSeparator: "," });
    expect(setting("apm_config.replace_tags")).toMatchObject({ items: "any" });
    // No variable sets these, though one could be made of the key; those of the proxies are read when the agent starts.
    const closed = settings.filter(({ env }) => env?.length === 0).map(({ key }) => key);
    expect(closed).toEqual(expect.arrayContaining(["config_providers", "gui_port", "logs_config.dev_mode_no_ssl"]));
    expect(closed.filter((key) => key.startsWith("proxy."))).toEqual([]);
  });

  it("has every key once, in ascending order", () => {
    const keys = settings.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual([...keys].sort());
  });

  it("writes keys in lower case, as non-empty segments between dots", () => {
    expect(settings.map(({ key }) => key).filter((key) => !/^[^.\sA-Z]+(\.[^.\sA-Z]+)*$/.test(key))).toEqual([]);
  });

  it("lists leaves only: no key lies inside another one that is not a map", () => {
    const nested = settings.filter(({ key }) =>
      parentsOf(key).some((parent) => typeOf.has(parent) && typeOf.get(parent) !== "object"),
    );
    expect(nested).toEqual([]);
  });

  it("gives each setting a default that agrees with its type", () => {
    expect(settings.filter((setting) => !agrees[setting.type]?.(setting.default))).toEqual([]);
  });

  it("uses every type, so that a reader of it meets all of them", () => {
    expect(new Set(typeOf.values())).toEqual(new Set(Object.keys(agrees)));
  });

  it("gives durations as nanoseconds", () => {
    const refresh = settings.find(({ key }) => key === "remote_agent.registry.recommended_refresh_interval");
    expect(refresh).toMatchObject({ type: "duration", default: 10_000_000_000 });
  });

  it("includes a map whose keys contain dots, which must not be taken for nesting", () => {
    const maps = settings.filter(({ type }) => type === "object");
    expect(maps.some((map) => Object.keys(map.default as object).some((name) => name.includes(".")))).toBe(true);
  });

  it("tells nothing of the machine that it was derived on", () => {
    const text = JSON.stringify(settings);
    expect(text).not.toMatch(/"\/(root|home|Users)\b|go-build|\/go\/pkg/);
    // Both follow the number of cores or the container mounts in a running agent; here they are the declared ones.
    expect(settings.find(({ key }) => key === "logs_config.pipelines")?.default).toBe(4);
    expect(settings.find(({ key }) => key === "container_proc_root")?.default).toBe("/host/proc");
  });
});
