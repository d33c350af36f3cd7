import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLayerStore, diffLayer } from "../../../packages/configstream/src/core-agent/settings/layer-store.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";

const newStore = () => createLayerStore(defaultSourcePriority);

describe("the layer store", () => {
  test("lets the source of highest priority win, whatever the order of the calls", () => {
    const store = newStore();
    store.set("k", "runtime", "agent-runtime");
    store.set("k", "default", "default");
    store.set("k", "file", "file");
    expect(store.get("k")).toEqual({
      value: "runtime",
      source: "agent-runtime",
      layers: [
        { source: "default", value: "default" },
        { source: "file", value: "file" },
        { source: "agent-runtime", value: "runtime" },
      ],
    });
  });

  test("looks keys up without regard to case", () => {
    const store = newStore();
    store.set("a.b", 1, "file");
    expect(store.get("a.B")?.value).toBe(1);
    expect(store.unset("a.b", "file")?.key).toBe("a.b");
    expect(store.size).toBe(0);
  });

  test("ranks a source that is not listed just above unknown, and several of them by name", () => {
    for (const order of [
      ["zeta", "alpha"],
      ["alpha", "zeta"],
    ]) {
      const store = newStore();
      for (const source of [...order, "infra-mode", "unknown"]) store.set("k", source, source);
      expect(store.get("k")?.layers.map((layer) => layer.source)).toEqual(["unknown", "alpha", "zeta", "infra-mode"]);
    }
  });

  test("tells the winner before and after, as the same object when a hidden layer changed", () => {
    const store = newStore();
    const won = store.set("k", 1, "cli");
    expect(won).toMatchObject({ kind: "set", before: undefined, after: { source: "cli", value: 1 } });
    const hidden = store.set("k", 2, "file");
    expect(hidden?.before).toBe(hidden?.after);
    const removed = store.unset("k", "cli");
    expect(removed).toMatchObject({ kind: "unset", before: { value: 1 }, after: { source: "file", value: 2 } });
    expect(store.unset("k", "file")?.after).toBeUndefined();
  });

  test("reports no change for an equal value, for a layer that does not hold the key, and for an unknown key", () => {
    const store = newStore();
    store.set("k", { a: [1] }, "file");
    expect(store.set("k", { a: [1] }, "file")).toBeUndefined();
    expect(store.unset("k", "cli")).toBeUndefined();
    expect(store.unset("other", "cli")).toBeUndefined();
    expect(store.set("k", { a: ["1"] }, "file")).toBeDefined();
  });

  test("leaves what it handed out before untouched", () => {
    const store = newStore();
    store.set("k", 1, "file");
    const before = store.get("k");
    store.set("k", 2, "file");
    store.set("k", 3, "cli");
    expect(before).toEqual({ value: 1, source: "file", layers: [{ source: "file", value: 1 }] });
  });

  test("agrees with a plain model under any sequence of sets and unsets", () => {
    const operation = fc.record({
      key: fc.constantFrom("a", "b"),
      source: fc.constantFrom(...defaultSourcePriority),
      value: fc.option(fc.integer({ min: 0, max: 2 })),
    });
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const store = newStore();
        const model = new Map<string, number>();
        for (const { key, source, value } of operations) {
          if (value === null) {
            store.unset(key, source);
            model.delete(`${key} ${source}`);
          } else {
            store.set(key, value, source);
            model.set(`${key} ${source}`, value);
          }
        }
        for (const key of ["a", "b"]) {
          const expected = defaultSourcePriority.flatMap((source) => {
            const value = model.get(`${key} ${source}`);
            return value === undefined ? [] : [{ source, value }];
          });
          expect(store.get(key)?.layers ?? []).toEqual(expected);
          expect(store.get(key)?.source).toBe(expected.at(-1)?.source);
        }
      }),
    );
  });
});

test("diffLayer names what is gone and what is new or different, and nothing else", () => {
  const before = new Map<string, unknown>([
    ["same", { a: 1 }],
    ["gone", 1],
    ["changed", 1],
  ]) as Map<string, number>;
  const after = new Map<string, unknown>([
    ["same", { a: 1 }],
    ["changed", "1"],
    ["new", null],
  ]) as Map<string, number>;
  const { removed, changed } = diffLayer(before, after);
  expect(removed).toEqual(["gone"]);
  expect([...changed]).toEqual([
    ["changed", "1"],
    ["new", null],
  ]);
});
