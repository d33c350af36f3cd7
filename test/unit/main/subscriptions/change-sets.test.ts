import { describe, expect, expectTypeOf, it } from "vitest";
import type { ChangeSet } from "../../../../src/main/subscriptions/change-sets.js";
import type { Subscription } from "../../../../src/main/subscriptions/subscriptions.js";
import { Subscriptions } from "../../../../src/main/subscriptions/subscriptions.js";
import { InvalidOptionError, SubscriberOverflowError } from "../../../../src/shared/errors.js";
import { silentLogger } from "../../../../src/shared/logger.js";
import type { ConfigChange } from "../../../../src/shared/types.js";
import { createMockConsumer } from "../../../../src/testing/index.js";

function newHub() {
  const view = () => createMockConsumer().reader().view();
  return new Subscriptions({
    bufferSize: 2,
    logger: silentLogger,
    onActive: () => {},
    onOverflow: () => {},
    publishNumber: () => undefined,
    state: () => undefined,
    view,
  });
}

function change(key: string, newValue: number, sequenceId: number, oldValue = newValue - 1): ConfigChange {
  return { key, oldValue, newValue, source: "file", sequenceId };
}

function told({ changes, sequenceId }: ChangeSet): string {
  return `#${sequenceId} ${changes.map(({ key, oldValue, newValue }) => `${key} ${oldValue} to ${newValue}`).join(", ")}`;
}

async function drain(sets: Subscription<ChangeSet>): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const set of sets) lines.push(told(set));
  } catch (error) {
    lines.push((error as Error).name);
  }
  return lines;
}

describe("changeSets", () => {
  it("gives one event for each publish, with all of its changes, to callbacks and loops", async () => {
    const mock = createMockConsumer({ a: 0, b: 0 });
    const called: string[] = [];
    const loop = mock.changeSets();
    mock.changeSets({ onChange: (set) => called.push(told(set)) });
    mock.snapshot({ a: 1, b: 1 });
    mock.set("a", 1);
    mock.set("a", 2);
    await mock.stop();
    const expected = ["#2 a 0 to 1, b 0 to 1", "#4 a 1 to 2"];
    expect(called).toEqual(expected);
    expect(await drain(loop)).toEqual(expected);
  });

  it("gives a view that has all of the set, and a getter in any handler sees the whole set", async () => {
    await using mock = createMockConsumer({ a: 0, b: 0 });
    const seen: unknown[] = [];
    const reader = mock.reader();
    mock.subscribe({ onChange: ({ key }) => seen.push([key, reader.get("a"), reader.get("b")]) });
    mock.changeSets({
      onChange(set) {
        const { view } = set;
        seen.push([set.sequenceId, view.sequenceId, view.get("a"), view.get("b"), set.view === view, set.causes]);
      },
    });
    mock.snapshot({ a: 1, b: 1 });
    expect(seen).toEqual([
      ["a", 1, 1],
      ["b", 1, 1],
      [2, 2, 1, 1, true, undefined],
    ]);
  });

  it("leaves out changes that do not pass the filter, and sets without any that does", async () => {
    await using mock = createMockConsumer({ "my.a": 0, "my.b": 0, other: 0 });
    const called: string[] = [];
    mock.changeSets({ prefix: "my.", onChange: (set) => called.push(told(set)) });
    mock.snapshot({ "my.a": 1, "my.b": 1, other: 1 });
    mock.set("other", 2);
    expect(called).toEqual(["#2 my.a 0 to 1, my.b 0 to 1"]);
    expect(() => mock.changeSets({ prefx: "a" } as object)).toThrow(InvalidOptionError);
  });

  it("is typed by a schema as subscribe is", async () => {
    interface Schema {
      port: number;
      name: string;
    }
    await using mock = createMockConsumer<Schema>({ port: 1 });
    mock.changeSets({
      key: "port",
      onChange({ changes, view }) {
        const values: (number | undefined)[] = changes.map(({ newValue }) => newValue);
        expectTypeOf(changes[0]?.key).toEqualTypeOf<"port" | undefined>();
        expect(values).toEqual([2]);
        expect(view.getInt("port")).toBe(2);
        expectTypeOf(view.getInt("port")).toEqualTypeOf<number>();
      },
    });
    mock.set("port", 2);
    expect.assertions(2);
  });
});

describe("a set that arrives in several batches", () => {
  it("is told once, when it is whole", () => {
    const hub = newHub();
    const called: string[] = [];
    hub.changeSets({ onChange: (set) => called.push(told(set)) });
    hub.deliver({ changes: [change("a", 1, 1), change("b", 1, 2)], setEnds: [1], lagged: false });
    expect(called).toEqual(["#1 a 0 to 1"]);
    hub.deliver({ changes: [change("c", 1, 2)], setEnds: [], lagged: false });
    hub.deliver({ changes: [change("d", 1, 2), change("d", 2, 3)], setEnds: [1, 2], lagged: false });
    expect(called).toEqual(["#1 a 0 to 1", "#2 b 0 to 1, c 0 to 1, d 0 to 1", "#3 d 1 to 2"]);
  });

  it("is not told to who came when a part of it had arrived", () => {
    const hub = newHub();
    const called: string[] = [];
    using _other = hub.subscribe();
    hub.deliver({ changes: [change("a", 1, 1)], setEnds: [], lagged: false });
    hub.changeSets({ onChange: (set) => called.push(told(set)) });
    hub.deliver({ changes: [change("b", 1, 1), change("b", 2, 2)], setEnds: [1, 2], lagged: false });
    expect(called).toEqual(["#2 b 1 to 2"]);
  });

  it("becomes one with the next when its end never comes", () => {
    const hub = newHub();
    const called: string[] = [];
    hub.changeSets({ onChange: (set) => called.push(told(set)) });
    hub.deliver({ changes: [change("a", 1, 1), change("b", 1, 1)], setEnds: [], lagged: false });
    hub.deliver({ changes: [change("a", 2, 9), change("c", 1, 9)], setEnds: [2], lagged: false });
    expect(called).toEqual(["#9 b 0 to 1, a 0 to 2, c 0 to 1"]);
  });
});

describe("a buffer of sets that overflows", () => {
  const fill = (hub: Subscriptions) => {
    for (let at = 1; at <= 5; at++) hub.deliver({ changes: [change("a", at, at), change("b", at, at)], lagged: false });
    hub.close();
  };

  it("disconnects by default, after what is buffered", async () => {
    const hub = newHub();
    const sets = hub.changeSets();
    fill(hub);
    expect(await drain(sets)).toEqual(["#1 a 0 to 1, b 0 to 1", "#2 a 1 to 2, b 1 to 2", SubscriberOverflowError.name]);
  });

  it("merges sets into one with coalesce, so that nothing is told in halves", async () => {
    const hub = newHub();
    const sets = hub.changeSets({ overflow: "coalesce" });
    fill(hub);
    const lines = await drain(sets);
    expect(lines.at(0)).toMatch(/^#\d a 0 to (\d), b 0 to \1$/);
    expect(lines.at(-1)).toMatch(/a \d to 5, b \d to 5$/);
    expect(lines.length).toBeLessThanOrEqual(2);
  });
});
