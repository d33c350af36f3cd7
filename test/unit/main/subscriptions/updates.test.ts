import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attachReader } from "../../../../src/main/consumer/attach.js";
import { sharedConfig } from "../../../../src/main/consumer/shared-config.js";
import type { Reader } from "../../../../src/main/reader/api.js";
import { createReader } from "../../../../src/main/reader/reader.js";
import { Region } from "../../../../src/memory/region.js";
import type { Logger } from "../../../../src/shared/logger.js";
import type { ConfigChange } from "../../../../src/shared/types.js";
import { createMockConsumer } from "../../../../src/testing/index.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

/** A logger that keeps its lines. */
function keepingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (line: string) => lines.push(line);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}

describe("a reader that was attached", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    expect(vi.getTimerCount(), "timers left behind").toBe(0);
    vi.useRealTimers();
  });

  function setUp() {
    const region = newRegion();
    const writer = new TestWriter(region);
    const logger = keepingLogger();
    const shared = sharedConfig({ memory: region.memory, coreAgentAddress: "a:1", readyTimeoutMs: 1, clientName: "c" });
    const reader = attachReader(shared, { logger });
    const changes: ConfigChange[] = [];
    const tell = (change: ConfigChange) => changes.push(change);
    return { region, writer, reader, logger, changes, tell };
  }

  it("tells the newest value of each key that has changed, with the first old one", () => {
    const { writer, reader, changes, tell } = setUp();
    writer.publish({ a: 1, b: 1, c: { x: 1 }, gone: 1 });
    const told = reader.onUpdate(tell);
    vi.advanceTimersByTime(1_000);
    expect(changes, "nothing has changed since").toEqual([]);
    writer.publish({ a: 2, c: { x: 1 } });
    writer.publish({ a: 3, b: 2, new: true });
    writer.publish({ b: 1, gone: undefined });
    vi.advanceTimersByTime(100);
    expect(changes).toEqual([
      { key: "a", oldValue: 1, newValue: 3, source: "file", sequenceId: 3 },
      { key: "new", oldValue: undefined, newValue: true, source: "file", sequenceId: 3 },
      { key: "gone", oldValue: 1, newValue: undefined, source: "", sequenceId: 4 },
    ]);
    expect(changes.every(Object.isFrozen)).toBe(true);
    told.unsubscribe();
    told.unsubscribe();
  });

  it("tells the first snapshot as changes from nothing", () => {
    const { writer, reader, changes, tell } = setUp();
    using _told = reader.onUpdate(tell);
    writer.publish({ b: 1, a: 1 });
    vi.advanceTimersByTime(100);
    expect(changes.map(({ key, oldValue }) => [key, oldValue])).toEqual([
      ["a", undefined],
      ["b", undefined],
    ]);
  });

  it("tells what differs, and nothing else, when a new writer has come", () => {
    const { region, writer, reader, changes, tell } = setUp();
    writer.publish({ same: { x: [1] }, other: 1, gone: 1 });
    using _told = reader.onUpdate(tell);
    new TestWriter(region).publish({ new: 1, other: 2, same: { x: [1] } });
    vi.advanceTimersByTime(100);
    expect(changes.map(({ key, oldValue, newValue }) => [key, oldValue, newValue]).sort()).toEqual([
      ["gone", 1, undefined],
      ["new", undefined, 1],
      ["other", 1, 2],
    ]);
  });

  it("tells a callback nothing of the time before it came, and nothing after it went", () => {
    const { writer, reader, changes, tell } = setUp();
    const early: string[] = [];
    writer.publish({ a: 1 });
    const first = reader.onUpdate(({ key }) => early.push(key));
    writer.publish({ a: 2 });
    const second = reader.onUpdate(tell);
    expect(early, "told at once, since the second one must not be").toEqual(["a"]);
    writer.publish({ b: 1 });
    first.unsubscribe();
    vi.advanceTimersByTime(100);
    expect([early, changes.map(({ key }) => key)]).toEqual([["a"], ["b"]]);
    second.unsubscribe();
    writer.publish({ c: 1 });
    const third = reader.onUpdate(tell);
    vi.advanceTimersByTime(100);
    expect(changes).toHaveLength(1);
    third.unsubscribe();
  });

  it("goes on after a callback that throws or rejects, which the logger is told of without its message", async () => {
    const { writer, reader, logger, changes, tell } = setUp();
    const all = [
      reader.onUpdate(() => {
        throw new TypeError("secret value");
      }),
      reader.onUpdate(async () => {
        throw new RangeError("secret value");
      }),
      reader.onUpdate(tell),
    ];
    writer.publish({ a: 1 });
    vi.advanceTimersByTime(100);
    await Promise.resolve();
    expect(changes).toHaveLength(1);
    expect(logger.lines).toHaveLength(2);
    expect(logger.lines.join()).toMatch(/"a": TypeError.*"a": RangeError/);
    expect(logger.lines.join()).not.toContain("secret");
    for (const told of all) told.unsubscribe();
  });

  it("calls a handle's onChange with the new value and the one before, once for each other value", () => {
    const { writer, reader } = setUp();
    writer.publish({ port: 1, other: 1 });
    const port = reader.setting("port").asInt(80);
    const seen: [number, number][] = [];
    const told = port.onChange((value, before) => seen.push([value, before]));
    for (const values of [{ port: 2 }, { port: "2" }, { other: 2 }, { port: undefined }, { port: 80 }, { port: 3 }]) {
      writer.publish(values);
      vi.advanceTimersByTime(100);
    }
    expect(seen).toEqual([
      [2, 1],
      [80, 2],
      [3, 80],
    ]);
    told.unsubscribe();
  });

  it("refuses what is no function", () => {
    const { reader } = setUp();
    expect(() => reader.onUpdate(undefined as unknown as () => void)).toThrow('Option "callback" must be a function');
    expect(() =>
      reader
        .setting("a")
        .asInt()
        .onChange("x" as unknown as () => void),
    ).toThrow("must be a function");
    expect(() => reader.setting("a").as(5 as unknown as () => void)).toThrow("must be a function");
  });
});

describe("the reader of a consumer", () => {
  it("tells every change, in order, while getters are not older", () => {
    const mock = createMockConsumer({ a: 1 });
    const seen: unknown[] = [];
    const told = mock.reader().onUpdate(({ key, oldValue, newValue, source, sequenceId }) => {
      seen.push([key, oldValue, newValue, source, sequenceId, mock.reader().get(key)]);
    });
    mock.set("a", 2);
    mock.set("a", 3, "cli");
    mock.unset("a", "cli");
    told.unsubscribe();
    mock.set("a", 4);
    expect(seen).toEqual([
      ["a", 1, 2, "agent-runtime", 2, 2],
      ["a", 2, 3, "cli", 3, 3],
      ["a", 3, 2, "agent-runtime", 4, 2],
    ]);
  });

  it("calls a handle's onChange for its key alone, and for each list that differs", () => {
    const mock = createMockConsumer({ list: ["a"], list2: 1 });
    const seen: (readonly string[])[] = [];
    using _told = mock
      .reader()
      .setting("LIST")
      .asStringSlice()
      .onChange((value) => seen.push(value));
    mock.set("list", "a");
    mock.set("list2", 2);
    mock.set("list", ["a", "b"]);
    expect(seen).toEqual([["a", "b"]]);
  });
});

describe("a handle with a parser", () => {
  function setUp(values: { [key: string]: number | string }) {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish(values);
    const logger = keepingLogger();
    return { writer, logger, reader: createReader(region, { logger }) };
  }
  const positive = (value: unknown) => {
    if (typeof value !== "number" || value <= 0) throw new RangeError(`${value} is not positive`);
    return value;
  };

  it("throws when it is made for a value that the parser refuses", () => {
    const { reader } = setUp({ k: -1 });
    expect(() => reader.setting("k").as(positive)).toThrow("-1 is not positive");
  });

  it("keeps its last value when the parser refuses a later one, and tells so until it takes one again", () => {
    const { writer, logger, reader } = setUp({ k: 1 });
    const handle = reader.setting("k").as(positive);
    expect(handle.lastError).toBeUndefined();
    writer.publish({ k: -2 });
    expect((handle.lastError as Error).message, "before the value was asked for").toBe("-2 is not positive");
    for (let i = 0; i < 3; i++) expect(handle.value).toBe(1);
    writer.publish({ other: 1 });
    expect([handle.value, handle.lastError]).toEqual([1, expect.any(RangeError)]);
    expect(logger.lines).toEqual([expect.stringMatching(/"k".*keeps its last value: RangeError/)]);
    expect(logger.lines.join()).not.toContain("-2");
    writer.publish({ k: 3 });
    expect([handle.lastError, handle.value]).toEqual([undefined, 3]);
  });

  it("reads a section as a whole, and follows it from before it exists until after it is gone", () => {
    const { writer, reader } = setUp({ x: 1 });
    let calls = 0;
    const handle = reader.setting("A").as((value) => {
      calls++;
      return JSON.stringify(value);
    });
    const read = () => [handle.value, handle.value, calls];
    expect(read()).toEqual([undefined, undefined, 1]);
    writer.publish({ "a.b": 1 });
    expect(read()).toEqual(['{"b":1}', '{"b":1}', 2]);
    writer.publish({ x: 2 });
    writer.publish({ y: 2 });
    expect(read()).toEqual(['{"b":1}', '{"b":1}', 2]);
    writer.publish({ "a.c": 2, "a.b": undefined });
    expect(read()).toEqual(['{"c":2}', '{"c":2}', 3]);
    writer.publish({ "a.c": undefined });
    expect(read()).toEqual([undefined, undefined, 4]);
    writer.publish({ a: "own" });
    expect(read()).toEqual(['"own"', '"own"', 5]);
    writer.publish({ a: undefined, "a.d": 3 });
    expect(read()).toEqual(['{"d":3}', '{"d":3}', 6]);
  });

  it("is told of changes in its section", () => {
    const mock = createMockConsumer({ "a.b": 1, ab: 1 });
    const reader: Reader = mock.reader();
    const seen: unknown[] = [];
    using _told = reader
      .setting("a")
      .as((value) => value)
      .onChange((value) => seen.push(value));
    mock.set("ab", 2);
    mock.set("a.b", 2);
    mock.set("a.c.d", 3);
    expect(seen).toEqual([{ b: 2 }, { b: 2, c: { d: 3 } }]);
  });
});

it("a thread that only reads keeps no timer", () => {
  vi.useFakeTimers();
  const region = newRegion();
  const reader = createReader(new Region(region.memory));
  reader.setting("a").asInt();
  reader.view();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
