import { expect, test } from "vitest";
import type { LayerChange } from "../../../packages/configstream/src/core-agent/layer-store.js";
import { createSettings } from "../../../packages/configstream/src/core-agent/settings.js";
import type { Defaults } from "../../../src/files/known-keys.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";

function setUp(defaults: Defaults, env: Record<string, string>) {
  const logs: string[] = [];
  const changes: string[] = [];
  const settings = createSettings({
    defaults,
    env,
    sourcePriority: defaultSourcePriority,
    log: (level, message) => logs.push(`${level}: ${message}`),
    onChange: ({ kind, key, source }: LayerChange) => changes.push(`${kind} ${key} ${source}`),
  });
  return { settings, logs, changes };
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
  const { settings } = setUp({}, {});
  settings.applyFiles(new Map([["a", 1]]));
  settings.set("hand", 1, "file");
  settings.applyFiles(new Map([["a", 2]]));
  expect(settings.store.get("hand")?.value).toBe(1);
});

test("a variable that does not fit its type is reported once, by name only", () => {
  const { settings, logs } = setUp({ port: 1 }, { DD_PORT: "secret" });
  settings.applyFiles(new Map([["other", 1]]));
  expect(logs).toEqual(["warn: The environment variable DD_PORT does not read as number; it is kept as text."]);
});
