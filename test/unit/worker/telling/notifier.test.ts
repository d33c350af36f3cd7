import { describe, expect, test } from "vitest";
import { createUntoldMemory, Untold } from "../../../../src/memory/untold.js";
import type { ChangeBatch } from "../../../../src/shared/messages.js";
import type { ConfigValue, EffectiveChange } from "../../../../src/shared/types.js";
import { Notifier } from "../../../../src/worker/telling/notifier.js";

function change(key: string, oldValue: ConfigValue | undefined, value: ConfigValue | undefined): EffectiveChange {
  const setting = value === undefined ? undefined : { value, source: "file", layers: undefined };
  return { key, setting, oldValue, valueChanged: true };
}

/** A notifier and what it sent; `inbox` holds what the host has sent and the notifier has not looked at. */
function newNotifier(options: { maxBatch?: number; maxWaiting?: number; untold?: Untold } = {}) {
  const sent: ChangeBatch[] = [];
  const inbox: (() => void)[] = [];
  const notifier = new Notifier({
    publishNumber: () => 7,
    send: (batch) => sent.push(batch),
    poll: () => {
      for (let message = inbox.shift(); message !== undefined; message = inbox.shift()) message();
    },
    ...options,
  });
  const publish = (sequenceId: number, ...changes: EffectiveChange[]) => {
    notifier.willPublish(changes);
    notifier.notify({ sequenceId, origin: "test", changes });
  };
  return { notifier, sent, inbox, publish };
}

describe("with no subscriber", () => {
  test("nothing is sent, and nothing is kept for later", () => {
    const { notifier, sent, publish } = newNotifier();
    publish(1, change("a", 1, 2));
    notifier.setActive(true);
    notifier.acknowledged();
    expect(sent).toEqual([]);
  });

  test("what waits is dropped when the last one goes", () => {
    const { notifier, sent, publish } = newNotifier();
    notifier.setActive(true);
    publish(1, change("a", 1, 2));
    publish(2, change("a", 2, 3));
    notifier.setActive(false);
    notifier.acknowledged();
    expect(sent).toHaveLength(1);
  });

  test("what was missing is of no account to the next one", () => {
    const { notifier, sent, publish } = newNotifier();
    notifier.setActive(true);
    notifier.markMissing();
    notifier.setActive(false);
    notifier.setActive(true);
    publish(1, change("a", 1, 2));
    expect(sent).toMatchObject([{ lagged: false }]);
  });

  test("a subscriber that came since the event loop last turned is already told", () => {
    const { notifier, sent, inbox, publish } = newNotifier();
    inbox.push(() => notifier.setActive(true));
    publish(1, change("a", 1, 2));
    expect(sent).toHaveLength(1);
  });
});

describe("a subscriber that comes when the last one goes", () => {
  test("is told of what was published after it came, though news of both arrives later", () => {
    const { notifier, sent, inbox, publish } = newNotifier();
    notifier.setActive(true);
    publish(1, change("a", 1, 2));
    publish(2, change("a", 2, 3));
    // The port's messages come one by one: the second one is there when the first one is looked at.
    inbox.push(() => notifier.setActive(true));
    notifier.setActive(false);
    notifier.acknowledged();
    expect(sent.map(({ changes }) => changes.map(({ newValue }) => newValue))).toEqual([[2], [3]]);
  });

  test("is told of a publish in the midst of which it came, while a batch is under way", () => {
    const { notifier, sent, inbox } = newNotifier();
    notifier.setActive(true);
    const publish = (sequenceId: number, ...changes: EffectiveChange[]) =>
      notifier.notify({ sequenceId, origin: "test", changes });
    publish(1, change("a", 1, 2));
    inbox.push(
      () => notifier.setActive(false),
      () => notifier.setActive(true),
    );
    publish(2, change("b", 1, 2));
    notifier.acknowledged();
    expect(sent.map(({ changes }) => changes.map(({ key }) => key))).toEqual([["a"], ["b"]]);
  });
});

test("a change of layers alone is not written down for the worker that comes after", () => {
  const untold = new Untold(createUntoldMemory());
  const { notifier } = newNotifier({ untold });
  notifier.setActive(true);
  notifier.willPublish([{ ...change("a", 1, 1), valueChanged: false }, change("b", 1, 2)]);
  expect([...(untold.read()?.keys() ?? [])]).toEqual(["b"]);
});

describe("with a subscriber", () => {
  test("a change carries key, old value, new value, source and sequence id", () => {
    const { notifier, sent, publish } = newNotifier();
    notifier.setActive(true);
    publish(7, change("a", undefined, { x: 1 }), change("b", "gone", undefined));
    expect(sent).toEqual([
      {
        kind: "changes",
        publishes: [7, 7],
        lagged: false,
        setEnds: [2],
        changes: [
          { key: "a", oldValue: undefined, newValue: { x: 1 }, source: "file", sequenceId: 7 },
          { key: "b", oldValue: "gone", newValue: undefined, source: "", sequenceId: 7 },
        ],
      },
    ]);
  });

  test("what changed only its layers is no event, and a publish without events sends nothing", () => {
    const { notifier, sent, publish } = newNotifier();
    notifier.setActive(true);
    publish(1, { ...change("a", 1, 1), valueChanged: false });
    expect(sent).toEqual([]);
  });

  test("one batch is under way at a time; the rest follows in order, each after the acknowledgement", () => {
    const { notifier, sent, publish } = newNotifier();
    notifier.setActive(true);
    for (let i = 1; i <= 4; i++) publish(i, change("a", i - 1, i));
    expect(sent).toHaveLength(1);
    notifier.acknowledged();
    expect(sent).toHaveLength(2);
    expect(sent[1]?.changes.map(({ sequenceId }) => sequenceId)).toEqual([2, 3, 4]);
    expect(sent[1]?.setEnds).toEqual([1, 2, 3]);
    notifier.acknowledged();
    expect(sent).toHaveLength(2);
    publish(5, change("a", 4, 5));
    expect(sent).toHaveLength(3);
  });

  test("an acknowledgement that waits in the port is taken at the next publish, without a turn of the event loop", () => {
    const { notifier, sent, inbox, publish } = newNotifier();
    notifier.setActive(true);
    publish(1, change("a", 0, 1));
    inbox.push(() => notifier.acknowledged());
    publish(2, change("a", 1, 2));
    expect(sent).toHaveLength(2);
  });

  test("a large publish goes out in batches", () => {
    const { notifier, sent, publish } = newNotifier({ maxBatch: 2 });
    notifier.setActive(true);
    publish(1, ...["a", "b", "c"].map((key) => change(key, 0, 1)));
    notifier.acknowledged();
    expect(sent.map(({ changes }) => changes.length)).toEqual([2, 1]);
    expect(sent.map(({ setEnds }) => setEnds)).toEqual([[], [1]]);
  });
});

describe("what a worker that comes next will find untold", () => {
  /** Told last of each key that has changed since, as another thread reads it. */
  function newBench(options: { maxBatch?: number } = {}) {
    const memory = createUntoldMemory();
    const bench = newNotifier({ ...options, untold: new Untold(memory) });
    bench.notifier.setActive(true);
    return { ...bench, left: () => Object.fromEntries(new Untold(memory).read() ?? []) };
  }

  test("is nothing once all was sent, whether or not it was taken", () => {
    const { publish, left } = newBench();
    publish(1, change("a", 1, 2));
    expect(left()).toEqual({});
  });

  test("is what waits behind a batch, and of what that batch told the newest value", () => {
    const { notifier, publish, left } = newBench({ maxBatch: 2 });
    publish(1, change("a", 0, 1), change("b", 0, 1), change("c", 0, 1));
    expect(left(), "a batch that was sent was told").toEqual({ a: 1, b: 1, c: 0 });
    publish(2, change("a", 1, 2), change("d", undefined, 1));
    expect(left(), "the first of what waits").toEqual({ a: 1, b: 1, c: 0, d: undefined });
    notifier.acknowledged();
    expect(left(), "what stays together waits for the next batch").toEqual({ a: 1, b: 1, c: 1, d: undefined });
    notifier.acknowledged();
    expect(left()).toEqual({});
  });

  test("is nothing of a publish that was refused, once all else was taken", () => {
    const { notifier, publish, left } = newBench();
    publish(1, change("a", 1, 2));
    notifier.willPublish([change("b", 1, 2)]);
    expect(left()).toMatchObject({ b: 1 });
    notifier.acknowledged();
    expect(left()).toEqual({});
  });

  test("is nothing when the last subscriber has gone", () => {
    const { notifier, publish, left } = newBench();
    publish(1, change("a", 1, 2));
    publish(2, change("a", 2, 3));
    expect(left()).toEqual({ a: 2 });
    notifier.setActive(false);
    expect(left()).toEqual({});
  });
});

describe("past the bound", () => {
  test("the newest value per key is kept and the next batch is marked as lagged, once", () => {
    const { notifier, sent, publish } = newNotifier({ maxWaiting: 3 });
    notifier.setActive(true);
    for (let i = 1; i <= 1_000; i++) publish(i, change("a", i - 1, i), change("b", i - 1, i));
    notifier.acknowledged();
    expect(sent[0]).toMatchObject({ lagged: false, changes: [{ key: "a" }, { key: "b" }] });
    expect(sent[1]).toMatchObject({
      lagged: true,
      changes: [
        { key: "a", oldValue: 1, newValue: 1_000, sequenceId: 1_000 },
        { key: "b", oldValue: 1, newValue: 1_000, sequenceId: 1_000 },
      ],
    });
    notifier.acknowledged();
    publish(1_001, change("a", 1_000, 1_001));
    expect(sent[2]).toMatchObject({ lagged: false });
  });

  test("a snapshot of more settings than the bound loses nothing, so it is not lagged", () => {
    const { notifier, sent, publish } = newNotifier({ maxWaiting: 10, maxBatch: 7 });
    notifier.setActive(true);
    publish(1, ...Array.from({ length: 100 }, (_, i) => change(`k${i}`, undefined, i)));
    for (let i = 0; i < 20; i++) notifier.acknowledged();
    expect(sent.flatMap(({ changes }) => changes)).toHaveLength(100);
    expect(sent.some(({ lagged }) => lagged)).toBe(false);
  });
});
