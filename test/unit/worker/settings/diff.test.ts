import { describe, expect, it } from "vitest";
import type { ResolvedSetting, SourceValue } from "../../../../src/shared/types.js";
import { deepFreeze } from "../../../../src/shared/values/freeze.js";
import { changeOf } from "../../../../src/worker/settings/diff.js";
import {
  createPriority,
  settle,
  withLayer,
  withoutLayer,
  withWinner,
} from "../../../../src/worker/settings/priority.js";

const setting = (...layers: SourceValue[]): ResolvedSetting | undefined => settle(layers);

describe("changeOf", () => {
  const file = { source: "file", value: 1 };

  it("is nothing when value, source and layers are equal", () => {
    expect(changeOf("k", undefined, undefined)).toBeUndefined();
    expect(changeOf("k", setting(file), setting({ ...file }))).toBeUndefined();
    expect(
      changeOf(
        "k",
        setting({ source: "file", value: { a: 1, b: 2 } }),
        setting({ source: "file", value: { b: 2, a: 1 } }),
      ),
    ).toBeUndefined();
  });

  it("tells a new key, a removed key and a new value", () => {
    const after = setting({ source: "file", value: "1" });
    expect(changeOf("k", undefined, after)).toEqual({
      key: "k",
      setting: after,
      oldValue: undefined,
      valueChanged: true,
    });
    expect(changeOf("k", after, undefined)).toEqual({
      key: "k",
      setting: undefined,
      oldValue: "1",
      valueChanged: true,
    });
    expect(changeOf("k", setting(file), after)).toEqual({ key: "k", setting: after, oldValue: 1, valueChanged: true });
  });

  it("tells a null value from a missing key", () => {
    const none = setting({ source: "file", value: null });
    expect(changeOf("k", undefined, none)).toEqual({
      key: "k",
      setting: none,
      oldValue: undefined,
      valueChanged: true,
    });
    expect(changeOf("k", none, undefined)?.oldValue).toBeNull();
  });

  it("marks a change of source or layers alone as no change of value", () => {
    expect(changeOf("k", setting(file), setting({ source: "cli", value: 1 }))?.valueChanged).toBe(false);
    expect(changeOf("k", setting(file), setting({ source: "default", value: 0 }, file))?.valueChanged).toBe(false);
  });
});

describe("layer lists", () => {
  const priority = createPriority(["default", "unknown", "file", "cli"]);
  const names = (layers: readonly SourceValue[]) => layers.map((layer) => layer.source);
  const all = ["cli", "default", "odd", "file", "unknown", "strange"].reduce<readonly SourceValue[]>(
    (layers, source) => withLayer(priority, layers, source, source),
    [],
  );

  it("keeps layers in the order of priority, sources out of the list just above unknown, the last set on top", () => {
    expect(names(all)).toEqual(["default", "unknown", "odd", "strange", "file", "cli"]);
    expect(names(withLayer(priority, all, "odd", 1))).toEqual(["default", "unknown", "strange", "odd", "file", "cli"]);
  });

  it("ranks strangers above default when the list has no unknown, and lowest without default", () => {
    const order = (...sources: string[]) => {
      const own = createPriority(sources);
      return ["file", "odd", "default"].sort((a, b) => own.rank(a) - own.rank(b));
    };
    expect(order("default", "file")).toEqual(["default", "odd", "file"]);
    expect(createPriority(["file"]).rank("odd")).toBeLessThan(createPriority(["file"]).rank("file"));
  });

  it("drops the layers above a winner, and only them", () => {
    expect(names(withWinner(priority, all, "unknown", 1))).toEqual(["default", "unknown"]);
    expect(names(withWinner(priority, all, "odd", 1))).toEqual(["default", "unknown", "strange", "odd"]);
  });

  it("removes one layer", () => {
    expect(names(withoutLayer(all, "file"))).toEqual(["default", "unknown", "odd", "strange", "cli"]);
    expect(withoutLayer(all, "secret")).toBe(all);
  });

  it("freezes what it settles, deeply", () => {
    const value = { a: [{ b: 1 }] };
    expect(settle([{ source: "file", value }])?.value).toBe(value);
    expect([value, value.a, value.a[0]].every(Object.isFrozen)).toBe(true);
    expect(deepFreeze("text")).toBe("text");
  });
});
