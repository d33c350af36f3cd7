/** The application's own values below those of the core agent, and what readers are told of changes above them. */
import { describe, expect, it } from "vitest";
import type { ConfigValue, EffectiveChange, ResolvedSetting, SourceValue } from "../../../../src/shared/types.js";
import { equalValues } from "../../../../src/shared/values/equality.js";
import { Defaults, defaultsSource } from "../../../../src/worker/settings/defaults.js";

const own = { port: 80, tags: [] };
const layer = (source: string, value: ConfigValue): SourceValue => ({ source, value });
const schema = (value: ConfigValue) => layer(defaultsSource, value);

/** What the core agent changes: from one value, `undefined` if it had none, to one of the source `file`. */
function wire(key: string, before: ConfigValue | undefined, after: ConfigValue | undefined): EffectiveChange {
  const valueChanged = before === undefined || after === undefined || !equalValues(before, after);
  const setting: ResolvedSetting | undefined = after === undefined ? undefined : layer("file", after);
  return { key, setting, oldValue: before, valueChanged };
}

/** As subscribers are told; `=` in front where the value stays. */
const told = (changes: readonly EffectiveChange[]) =>
  changes.map(
    ({ key, setting, oldValue, valueChanged }) =>
      `${valueChanged ? "" : "="}${key}: ${JSON.stringify(oldValue)} -> ${JSON.stringify(setting?.value)}`,
  );

describe("the application's own value of a key", () => {
  it("is what readers see where the core agent has none, and the lowest layer where it has one", () => {
    const defaults = new Defaults(own);
    expect(defaults.below("port", undefined)).toEqual(schema(80));
    expect(defaults.below("port", layer("file", 81))).toEqual({
      ...layer("file", 81),
      layers: [schema(80), layer("file", 81)],
    });
    const layers = [layer("default", 1), layer("file", 81)];
    expect(defaults.below("port", { ...layer("file", 81), layers })?.layers).toEqual([schema(80), ...layers]);
    expect(defaults.below("other", undefined)).toBeUndefined();
    expect(defaults.below("other", layer("file", 1))).toEqual(layer("file", 1));
    expect(new Defaults().below("port", undefined)).toBeUndefined();
  });

  it("gives way to one that the core agent itself calls the schema's", () => {
    const sent = { ...layer("file", 3), layers: [schema(1), layer("file", 3)] };
    expect(new Defaults(own).below("port", sent)).toBe(sent);
  });
});

describe("with the application's own values, changes of what the core agent claims are told", () => {
  const toldOf = (...changes: EffectiveChange[]) => told(new Defaults(own).under(changes, false));

  it("from the own value, where the core agent had none, and back to it when it has none any more", () => {
    expect(toldOf(wire("port", undefined, 81))).toEqual(["port: 80 -> 81"]);
    expect(toldOf(wire("port", 81, undefined))).toEqual(["port: 81 -> 80"]);
    expect(toldOf(wire("port", undefined, 80), wire("port", 80, undefined))).toEqual([
      "=port: 80 -> 80",
      "=port: 80 -> 80",
    ]);
  });

  it("from one value of the core agent to the next, null among them", () => {
    expect(toldOf(wire("port", 81, 82))).toEqual(["port: 81 -> 82"]);
    expect(toldOf(wire("tags", undefined, null))).toEqual(["tags: [] -> null"]);
    expect(toldOf(wire("tags", null, ["a"]))).toEqual(['tags: null -> ["a"]']);
    expect(toldOf(wire("tags", null, []))).toEqual(["tags: null -> []"]);
    expect(toldOf(wire("tags", null, undefined))).toEqual(["tags: null -> []"]);
  });

  it("as they are for other keys, and for all where the application has no values", () => {
    const changes = [wire("other", 1, 2)];
    expect(new Defaults(own).under(changes, false)).toEqual(changes);
    expect(new Defaults().under(changes, true)).toBe(changes);
  });
});

it("the first settings that are published bring all own values with them, each key once", () => {
  const changes = [wire("port", undefined, 81), wire("other", undefined, 1)];
  expect(told(new Defaults(own).under(changes, true))).toEqual([
    "port: undefined -> 81",
    "other: undefined -> 1",
    "tags: undefined -> []",
  ]);
});
