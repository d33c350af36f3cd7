/** Keys below a prefix, however keys come and go. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Entries } from "../../../../src/worker/settings/entries.js";
import { KeyTree, parentOf } from "../../../../src/worker/settings/key-tree.js";

const names = ["a", "a.b", "a.b.c", "a.b.c.d", "a.bc", "b", "b.c.d", "ab.c", ".a", "a.", "a..b"];

describe("the keys below a prefix", () => {
  it("are found after any history of keys that come and go, and never those that only begin alike", () => {
    const step = fc.tuple(fc.boolean(), fc.constantFrom(...names));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const keys = new Set<string>();
        const tree = new KeyTree([]);
        for (const [isAdded, key] of steps) {
          if (isAdded) {
            keys.add(key);
            tree.add(key);
          } else if (keys.delete(key)) tree.remove(key, (path) => keys.has(path));
          for (const prefix of [...names, "c", "a.b.c.d.e"]) {
            const below = [...keys].filter((each) => each.startsWith(`${prefix}.`));
            expect(tree.hasBelow(prefix), `${prefix} below ${[...keys]}`).toBe(below.length > 0);
            const found = [...tree.below(prefix)];
            expect(found.filter((path) => keys.has(path)).sort()).toEqual(below.sort());
            expect(new Set(found).size).toBe(found.length);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stay when a key is removed that is not there", () => {
    const tree = new KeyTree(["a.b"]);
    for (const key of ["x.y", "a.c", "z"]) tree.remove(key, () => false);
    expect([...tree.below("a")]).toEqual(["a.b"]);
  });

  it("are known of a state that was there before anybody asked, and of every one after it", () => {
    const entries = new Entries();
    const setting = { source: "file", value: 1 };
    entries.become(new Map([["a.b", setting]]));
    expect(entries.below("a")).toEqual(["a.b"]);
    expect([entries.has("a.b"), entries.has("a"), entries.size]).toEqual([true, false, 1]);
    entries.put("a.c.d", setting);
    expect(entries.below("a")).toEqual(["a.b", "a.c.d"]);
    entries.apply(
      new Map([
        ["a.b", undefined],
        ["never", undefined],
        ["x", { ...setting, value: 2 }],
      ]),
    );
    expect([entries.below("a"), entries.below("x"), entries.get("x")?.value]).toEqual([["a.c.d"], [], 2]);
    entries.become(new Map());
    expect(entries.below("a")).toEqual([]);
  });
});

it("the difference to a wanted state is what is new, what is other, and what is gone, and nothing else", () => {
  const entries = new Entries();
  const setting = (value: number) => ({ source: "file", value });
  entries.become(
    new Map([
      ["same", setting(1)],
      ["other", setting(1)],
      ["gone", setting(1)],
    ]),
  );
  const wanted = new Map([
    ["same", setting(1)],
    ["other", setting(2)],
    ["new", setting(3)],
  ]);
  expect([...entries.difference(wanted)]).toEqual([
    ["other", setting(2)],
    ["new", setting(3)],
    ["gone", undefined],
  ]);
  expect(entries.difference(new Map(entries)).size).toBe(0);
});

it("the parent of a path is what stands before its last dot, if it has one", () => {
  expect([parentOf("a.b.c"), parentOf("a"), parentOf(".a"), parentOf("")]).toEqual(["a.b", undefined, "", undefined]);
});
