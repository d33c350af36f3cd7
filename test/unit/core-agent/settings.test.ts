import { expect, it, test } from "vitest";
import type { LayerChange } from "../../../packages/configstream/src/core-agent/settings/layer-store.js";
import { judgeSetting } from "../../../packages/configstream/src/core-agent/settings/setting-checks.js";
import { createSettings } from "../../../packages/configstream/src/core-agent/settings/settings.js";
import type { Defaults } from "../../../src/files/known-keys.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import type { ConfigValue } from "../../../src/shared/types.js";

function setUp(defaults: Defaults, env: Record<string, string>) {
  const logs: string[] = [];
  const changes: string[] = [];
  const refuse = { now: false };
  const settings = createSettings({
    defaults,
    env,
    sourcePriority: defaultSourcePriority,
    log: (level, message) => logs.push(`${level}: ${message}`),
    onChange: (set: readonly LayerChange[]) => {
      changes.push(...set.map(({ kind, key, source }) => `${kind} ${key} ${source}`));
      if (refuse.now) throw new Error("refused");
    },
  });
  const set = (key: string, value: ConfigValue, source = "agent-runtime") => settings.apply([{ key, value, source }]);
  return { settings, logs, changes, refuse, set };
}

test("a key that a file makes known takes its variable, and keeps it when the file no longer has the key", () => {
  const { settings } = setUp({}, { DD_A_B: "5" });
  expect(settings.store.get("a.b")).toBeUndefined();
  settings.applyFiles(new Map([["a.b", 1]]));
  expect(settings.store.get("a.b")).toMatchObject({ value: 5, source: "environment-variable" });
  settings.applyFiles(new Map());
  expect(settings.store.get("a.b")?.layers).toEqual([{ source: "environment-variable", value: 5 }]);
});

test("applying files again changes only what differs, removals first", () => {
  const { settings, changes } = setUp({}, {});
  settings.applyFiles(
    new Map<string, number>([
      ["a", 1],
      ["b", 2],
    ]),
  );
  changes.length = 0;
  expect(
    settings.applyFiles(
      new Map<string, number>([
        ["b", 2],
        ["c", 3],
      ]),
    ),
  ).toBe(2);
  expect(changes).toEqual(["unset a file", "set c file"]);
});

test("a value set by hand in the layer file stays until the file itself changes that key", () => {
  const { settings, set } = setUp({}, {});
  settings.applyFiles(new Map([["a", 1]]));
  set("hand", 1, "file");
  settings.applyFiles(new Map([["a", 2]]));
  expect(settings.store.get("hand")?.value).toBe(1);
});

test("a variable that does not fit its type is reported once, by name only", () => {
  const { settings, logs } = setUp({ port: 1 }, { DD_PORT: "secret" });
  settings.applyFiles(new Map([["other", 1]]));
  expect(logs).toEqual(["warn: The environment variable DD_PORT does not read as number; it is kept as text."]);
});

it("takes all changes of a set back when it is refused, and offers those of files again with the next edit", () => {
  const { settings, changes, refuse, set } = setUp({ "d.e": 1 }, {});
  refuse.now = true;
  const leaves = new Map([
    ["a", 1],
    ["d.e", 2],
  ]);
  expect(() => settings.applyFiles(leaves)).toThrow("refused");
  expect(() => settings.apply([{ key: "d.e", value: undefined, source: "default" }])).toThrow("refused");
  expect([...settings.store.settings].map(([key, { value }]) => [key, value])).toEqual([["d.e", 1]]);
  refuse.now = false;
  changes.length = 0;
  expect(settings.applyFiles(leaves)).toBe(2);
  expect(set("a", 1, "file")).toBe(0);
  expect(changes).toEqual(["set a file", "set d.e file"]);
});

it.each<[string, Defaults, ConfigValue, ConfigValue]>([
  ["text to an integer", { k: 1 }, "134217729", 134217729],
  ["text to a boolean", { k: false }, "T", true],
  ["a duration to nanoseconds", [{ key: "k", type: "duration", default: 0 }], "61s", 61e9],
  ["a number to text", { k: "" }, 5, "5"],
  ["an empty list of texts to what the real agent streams", { k: ["x"] }, [], null],
  ["text to a list", { k: ["x"] }, "a b,c", ["a", "b,c"]],
  ["what cannot be converted to itself", { k: 1 }, "much", "much"],
])("a value that is set for a declared key is converted: %s", (_name, defaults, given, stored) => {
  const { settings, set } = setUp(defaults, {});
  set("k", given);
  expect(settings.store.get("k")).toMatchObject({ value: stored, source: "agent-runtime" });
});

it("a value that is set for a section is ignored, and that is said once", () => {
  const { settings, logs, set } = setUp({ "a.b": 1 }, {});
  expect([set("a", 1), set("a", 2)]).toEqual([0, 0]);
  expect(settings.store.get("a")).toBeUndefined();
  expect(logs).toEqual(['warn: "a" is a section, and only settings can be set; the value is ignored.']);
});

it("a value is judged where it comes in, and what was judged is what is stored, so that nothing is copied twice", () => {
  const { settings } = setUp({}, {});
  const judged = judgeSetting("Map", { a: [1] });
  if (judged.reason !== undefined) throw new Error(judged.reason);
  const { key, value } = judged;
  settings.change([{ key, value, source: "remote-config" }], { kind: "store" });
  expect(settings.store.get("map")?.value).toBe(value);
  const given = { list: [1] };
  settings.applyFiles(new Map([["k", given]]));
  given.list.push(2);
  expect(settings.store.get("k")?.value).toEqual({ list: [1] });
  expect(Object.isFrozen(settings.store.get("k")?.value)).toBe(true);
});

it("what a conversion makes of a value is judged as well, and one that is refused changes nothing of its set", () => {
  const { settings } = setUp({ list: ["x"] }, {});
  const spaces = { key: "list", value: " ".repeat(3).padEnd(12 * 1024 * 1024, "a "), source: "cli" };
  const before = [...settings.store.settings];
  expect(() => settings.apply([{ key: "other", value: 1, source: "cli" }, spaces])).toThrow(/needs \d+ bytes/);
  expect([...settings.store.settings]).toEqual(before);
});

it("a setting from the environment that is too large is skipped, and the others are taken", () => {
  const { settings, logs } = setUp({ a: "", b: "" }, { DD_A: "x".repeat(16 * 1024 * 1024), DD_B: "y" });
  expect([settings.store.get("a")?.value, settings.store.get("b")?.value]).toEqual(["", "y"]);
  expect(logs).toEqual([expect.stringMatching(/^warn: The value of setting "a" needs \d+ bytes; .* It is skipped\.$/)]);
});
