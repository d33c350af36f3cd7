import { describe, expect, test } from "vitest";
import { ChangeQueue } from "../../../src/shared/change-queue.js";
import type { ConfigChange, ConfigValue } from "../../../src/shared/types.js";

function event(key: string, oldValue: ConfigValue | undefined, newValue: ConfigValue | undefined, sequenceId = 1) {
  return { key, oldValue, newValue, source: newValue === undefined ? "" : "file", sequenceId } satisfies ConfigChange;
}

const keys = (changes: readonly ConfigChange[]) => changes.map(({ key }) => key);

describe("up to its bound", () => {
  test("every event is kept, in order, also several of one key", () => {
    const queue = new ChangeQueue(3);
    for (const change of [event("a", 1, 2, 1), event("b", 1, 2, 2), event("a", 2, 3, 3)]) queue.push(change);
    expect(queue.size).toBe(3);
    expect(queue.full).toBe(true);
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([
      event("a", 1, 2, 1),
      event("b", 1, 2, 2),
      event("a", 2, 3, 3),
      undefined,
    ]);
    expect(queue.takeLost()).toBe(false);
  });

  test("it can be filled and emptied without end", () => {
    const queue = new ChangeQueue(4);
    let taken = 0;
    for (let i = 0; i < 1_000; i++) {
      queue.push(event(`k${i}`, i, i + 1, i));
      if (i % 2 === 1) for (const { sequenceId } of queue.take(2).changes) expect(sequenceId).toBe(taken++);
    }
    expect(taken).toBe(1_000);
    expect(queue.size).toBe(0);
  });

  test("events of one state are not torn apart when they fit together", () => {
    const queue = new ChangeQueue(10);
    for (const change of [event("a", 0, 1, 1), event("b", 0, 1, 2), event("c", 0, 1, 2), event("d", 0, 1, 3)]) {
      queue.push(change);
    }
    expect(keys(queue.take(2).changes)).toEqual(["a"]);
    expect(keys(queue.take(2).changes)).toEqual(["b", "c"]);
    expect(keys(queue.take(2).changes)).toEqual(["d"]);
  });

  test("a state with more events than fit is handed out in parts", () => {
    const queue = new ChangeQueue(10);
    for (const key of ["a", "b", "c"]) queue.push(event(key, 0, 1, 7));
    expect(keys(queue.take(2).changes)).toEqual(["a", "b"]);
    expect(keys(queue.take(2).changes)).toEqual(["c"]);
  });
});

describe("past its bound", () => {
  test("it keeps the newest value and the first old value of each key, where the newest belongs", () => {
    const queue = new ChangeQueue(2);
    queue.push(event("a", 0, 1, 1));
    queue.push(event("b", 0, 1, 2));
    queue.push(event("a", 1, 2, 3));
    queue.push(event("a", 2, 3, 4));
    expect(queue.takeLost()).toBe(true);
    expect(queue.takeLost()).toBe(false);
    expect(queue.take(10).changes).toEqual([event("b", 0, 1, 2), event("a", 0, 3, 4)]);
  });

  test("nothing counts as lost while every key is different", () => {
    const queue = new ChangeQueue(2);
    for (let i = 0; i < 10; i++) queue.push(event(`k${i}`, 0, 1));
    expect(queue.size).toBe(10);
    expect(queue.takeLost()).toBe(false);
    expect(keys(queue.take(3).changes)).toEqual(["k0", "k1", "k2"]);
    expect(queue.size).toBe(7);
  });

  test("a key that is back at its first value is left out, and so is one that came and went", () => {
    const queue = new ChangeQueue(1);
    queue.push(event("a", { x: [1] }, 2));
    queue.push(event("a", 2, { x: [1] }));
    queue.push(event("b", undefined, 1));
    queue.push(event("b", 1, undefined));
    expect(queue.size).toBe(0);
    expect(queue.takeLost()).toBe(true);
  });

  test('1 and "1" are different, so that change is kept', () => {
    const queue = new ChangeQueue(1);
    queue.push(event("a", 1, 2));
    queue.push(event("a", 2, "1"));
    expect(queue.take(1).changes).toEqual([event("a", 1, "1")]);
  });

  test("its size stays at the number of keys under a storm", () => {
    const queue = new ChangeQueue(100);
    for (let i = 1; i <= 100_000; i++) queue.push(event(`k${i % 50}`, i - 50, i, i));
    expect(queue.size).toBe(50);
    const ids = queue.take(1_000).changes.map(({ sequenceId }) => sequenceId);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(ids.at(-1)).toBe(100_000);
  });

  test("once it is empty every event is kept again", () => {
    const queue = new ChangeQueue(2);
    for (let i = 0; i < 5; i++) queue.push(event("a", i, i + 1));
    queue.take(10).changes;
    queue.takeLost();
    queue.push(event("a", 5, 6));
    queue.push(event("a", 6, 7));
    expect(queue.take(10).changes).toHaveLength(2);
    expect(queue.takeLost()).toBe(false);
  });
});

describe("with a bound on bytes", () => {
  const large = "x".repeat(1_000);

  test("large values make it coalesce long before there are many events", () => {
    const queue = new ChangeQueue(10_000, 50_000);
    for (let i = 1; i <= 1_000; i++) queue.push(event("a", `${large}${i - 1}`, `${large}${i}`, i));
    expect(queue.size).toBe(1);
    expect(queue.takeLost()).toBe(true);
    expect(queue.take(10).changes[0]).toMatchObject({ oldValue: `${large}0`, newValue: `${large}1000` });
  });

  test("what is taken makes room again", () => {
    const queue = new ChangeQueue(10_000, 50_000);
    for (let i = 1; i <= 1_000; i++) {
      queue.push(event("a", { deep: [large, i] }, { deep: [large, i + 1] }, i));
      if (i % 10 === 0) expect(queue.take(10).changes).toHaveLength(10);
    }
    expect(queue.takeLost()).toBe(false);
  });

  test("a batch is bounded by bytes, but never empty", () => {
    const queue = new ChangeQueue(10_000, 50_000);
    for (const key of ["a", "b", "c", "d", "e"]) queue.push(event(key, 0, large, key.charCodeAt(0)));
    expect(keys(queue.take(100, 2_500).changes)).toEqual(["a", "b"]);
    expect(keys(queue.take(100, 1).changes)).toEqual(["c"]);
    expect(keys(queue.take(100, 1e9).changes)).toEqual(["d", "e"]);
  });

  test("so is a batch of merged events", () => {
    const queue = new ChangeQueue(1, 50_000);
    for (const key of ["a", "b", "c", "d"]) queue.push(event(key, 0, large));
    expect(keys(queue.take(100, 2_500).changes)).toEqual(["a", "b"]);
    expect(keys(queue.take(100, 1).changes)).toEqual(["c"]);
    expect(keys(queue.take(100, 1).changes)).toEqual(["d"]);
  });
});

test("clear forgets everything", () => {
  const queue = new ChangeQueue(1);
  for (let i = 0; i < 3; i++) queue.push(event("a", i, i + 1));
  queue.clear();
  expect(queue.size).toBe(0);
  expect(queue.takeLost()).toBe(false);
  expect(queue.shift()).toBeUndefined();
});
