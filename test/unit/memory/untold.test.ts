import { describe, expect, test } from "vitest";
import { copyUntoldMemory, createUntoldMemory, Untold } from "../../../src/memory/untold.js";
import type { ConfigValue } from "../../../src/shared/types.js";

const was = (key: string, oldValue: ConfigValue | undefined) => ({ key, oldValue });
const sent = (key: string, newValue: ConfigValue | undefined) => ({ key, newValue });

/** Another thread's look at the same memory. */
const seen = (memory: SharedArrayBuffer) => new Untold(memory).read();

describe("what was not told", () => {
  test("is nothing at first, and after everything was told", () => {
    const memory = createUntoldMemory();
    expect(seen(memory)).toEqual(new Map());
    const untold = new Untold(memory);
    untold.add([was("a", 1)]);
    untold.clear();
    expect(seen(memory)).toEqual(new Map());
    untold.add([was("a", 2)]);
    expect(seen(memory)).toEqual(new Map([["a", 2]]));
  });

  test("is the first old value of each key, whatever comes after it, also from another worker", () => {
    const memory = createUntoldMemory();
    const untold = new Untold(memory);
    untold.add([was("a", 1), was("new", undefined), was("b", { deep: [null, "ü€😀"] })]);
    untold.add([was("a", 2), was("new", 5)]);
    new Untold(memory).add([was("b", 0), was("c", false)]);
    expect(seen(memory)).toEqual(
      new Map<string, ConfigValue | undefined>([
        ["a", 1],
        ["new", undefined],
        ["b", { deep: [null, "ü€😀"] }],
        ["c", false],
      ]),
    );
  });

  test.each([1, 40_000])(
    "is the same in a copy, in which a former worker can write nothing (%i letters)",
    (letters) => {
      const memory = createUntoldMemory();
      const late = new Untold(memory);
      late.add([was("a", "x".repeat(letters)), was("b", "y".repeat(letters))]);
      const copy = copyUntoldMemory(memory);
      const all = new Map([
        ["a", "x".repeat(letters)],
        ["b", "y".repeat(letters)],
      ]);
      expect(seen(copy)).toEqual(all);
      late.clear();
      late.add([was("c", 1)]);
      expect(seen(copy)).toEqual(all);
      new Untold(copy).add([was("d", 2)]);
      expect([seen(copy)?.size, seen(memory)?.size]).toEqual([3, 1]);
    },
  );

  test("is too much in a copy as well, once it was too much", () => {
    const memory = createUntoldMemory(128);
    new Untold(memory).add([was("a", "x".repeat(200))]);
    expect([seen(memory), seen(copyUntoldMemory(memory))]).toEqual([undefined, undefined]);
  });

  test("is not known where two threads have written at once", () => {
    const memory = createUntoldMemory();
    new Untold(memory).add([was("a", 1)]);
    new Int32Array(memory)[2] = 0;
    expect(seen(memory)).toBeUndefined();
    new Int32Array(memory)[2] = 1_000;
    expect(seen(memory)).toBeUndefined();
  });

  test("is the first old value also when a worker that was thought dead writes down what its successor has written", () => {
    const memory = createUntoldMemory();
    const late = new Untold(memory);
    late.add([was("b", 0)]);
    new Untold(memory).add([was("a", 1), was("gone", undefined)]);
    // It knows what there was when it first looked, and not what came from elsewhere since.
    late.add([was("a", 2), was("gone", 2)]);
    expect(seen(memory)).toEqual(
      new Map<string, ConfigValue | undefined>([
        ["b", 0],
        ["a", 1],
        ["gone", undefined],
      ]),
    );
  });

  test("is what was sent last, for keys that were sent before all was", () => {
    const memory = createUntoldMemory();
    const untold = new Untold(memory);
    untold.add([was("a", 1), was("b", 1), was("gone", 1)]);
    new Untold(memory).told([sent("a", 2), sent("gone", undefined)]);
    untold.add([was("a", 2)]);
    expect(seen(memory)).toEqual(
      new Map<string, ConfigValue | undefined>([
        ["a", 2],
        ["b", 1],
        ["gone", undefined],
      ]),
    );
  });

  test("keeps a map that has a key __proto__", () => {
    const memory = createUntoldMemory();
    const value = JSON.parse('{"__proto__": {"x": 1}}');
    new Untold(memory).add([was("a", value)]);
    expect(JSON.stringify(seen(memory)?.get("a"))).toBe('{"__proto__":{"x":1}}');
  });

  test("grows as needed, up to its bound; past it nothing is known, until all was told", () => {
    const memory = createUntoldMemory(1024 * 1024);
    const untold = new Untold(memory);
    const many = Array.from({ length: 5_000 }, (_, i) => was(`key.${i}`, "x".repeat(100)));
    untold.add(many);
    expect(seen(memory)?.size).toBe(5_000);
    expect(memory.byteLength).toBeLessThanOrEqual(1024 * 1024);
    untold.add([was("large", "x".repeat(1024 * 1024))]);
    untold.add([was("small", 1)]);
    untold.told([sent("small", 2)]);
    expect(seen(memory)).toBeUndefined();
    untold.clear();
    untold.add([was("small", 1)]);
    expect(seen(memory)).toEqual(new Map([["small", 1]]));
  });

  test("does not grow by keys that change again and again", () => {
    const memory = createUntoldMemory();
    const untold = new Untold(memory);
    for (let i = 0; i < 100_000; i++) untold.add([was("a", i), was("b", i)]);
    expect(seen(memory)?.size).toBe(2);
    expect(memory.byteLength).toBe(64 * 1024);
  });

  test("fits to the last byte of its bound, and not one more", () => {
    // Before a key there are 12 bytes, before a text of 700 letters 8: number, format, kind and length. The list begins after 8.
    const letters = 1_000 - 8 - 12 - 1 - 8;
    const fits = createUntoldMemory(1_000);
    new Untold(fits).add([was("k", "x".repeat(letters))]);
    expect(seen(fits)).toEqual(new Map([["k", "x".repeat(letters)]]));
    const isTooLong = createUntoldMemory(1_000);
    new Untold(isTooLong).add([was("k", "x".repeat(letters + 1))]);
    expect(seen(isTooLong)).toBeUndefined();
  });

  test("grows to twice as much, or to what one entry needs", () => {
    const memory = createUntoldMemory(1024 * 1024);
    const untold = new Untold(memory);
    untold.add([was("a", "x".repeat(60_000))]);
    expect(memory.byteLength).toBe(64 * 1024);
    untold.add([was("b", "x".repeat(10_000))]);
    expect(memory.byteLength).toBe(128 * 1024);
    untold.add([was("c", "x".repeat(500_000))]);
    expect(memory.byteLength).toBeGreaterThan(500_000);
    expect(memory.byteLength).toBeLessThan(600_000);
    expect([...(seen(memory)?.keys() ?? [])]).toEqual(["a", "b", "c"]);
  });

  test("is known to the next worker however many bytes an entry has made the memory grow to", () => {
    for (let odd = 0; odd < 4; odd++) {
      const memory = createUntoldMemory();
      new Untold(memory).add([was("large", "x".repeat(200_000 + odd))]);
      expect(seen(memory)).toEqual(new Map([["large", "x".repeat(200_000 + odd)]]));
    }
  });

  test("of a value that was told again is the last one, also where a key is told that never changed", () => {
    const memory = createUntoldMemory();
    const untold = new Untold(memory);
    untold.told([sent("a", 1), sent("a", 2)]);
    untold.add([was("a", 3)]);
    expect(seen(memory)).toEqual(new Map([["a", 2]]));
    untold.clear();
    untold.clear();
    expect(seen(memory)).toEqual(new Map());
  });
});
