/** What subscriptions are made of: past states, sets and their queues, filters, and the look of a thread without messages. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { untoldBatch } from "../../../../src/main/subscriptions/after-death.js";
import { ChangeSetQueue, PublishedSet, SetAssembly } from "../../../../src/main/subscriptions/change-sets.js";
import { ChangeWatch, changesBetween } from "../../../../src/main/subscriptions/change-watch.js";
import { compileFilter } from "../../../../src/main/subscriptions/filter.js";
import { PastStates } from "../../../../src/main/subscriptions/past-states.js";
import { Subscriptions } from "../../../../src/main/subscriptions/subscriptions.js";
import { newestPublish } from "../../../../src/memory/arena-reader.js";
import { block, RETIRED } from "../../../../src/memory/layout.js";
import { Mirror, type MirrorState } from "../../../../src/memory/reader/mirror.js";
import { StateReader } from "../../../../src/memory/reader/state-reader.js";
import { createUntoldMemory, Untold } from "../../../../src/memory/untold.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";
import { silentLogger } from "../../../../src/shared/logger.js";
import type { ConfigChange, ConfigValue } from "../../../../src/shared/types.js";
import { presentBlock } from "../../../support/memory/arena-map.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function change(key: string, oldValue?: ConfigValue, newValue?: ConfigValue, sequenceId = 1): ConfigChange {
  return { key, oldValue, newValue, source: newValue === undefined ? "" : "file", sequenceId };
}

const contentOf = (state: MirrorState | undefined) =>
  state && Object.fromEntries([...new StateReader(state).readings()].map(({ key, value }) => [key, value]));

function published(values: Parameters<TestWriter["publish"]>[0]) {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish(values);
  return { region, writer, mirror: new Mirror(region) };
}

describe("the state of a set", () => {
  it("is that of its publish, though others have come since, whether or not memory can be read, and never changes", () => {
    const { region, writer, mirror } = published({ a: 1, b: 1 });
    let isReadable = true;
    const past = new PastStates(() => (isReadable ? mirror.state() : undefined));
    const publish = (values: Parameters<TestWriter["publish"]>[0]) => {
      writer.publish(values);
      return newestPublish(region) as number;
    };
    const first = mirror.state();
    const at1 = newestPublish(region);
    expect(past.after({ changes: [change("a", undefined, 1)], sequenceId: 1, publish: at1 })).toBe(first);
    const at2 = publish({ a: 2, n1: 1, n2: 1 });
    const at3 = publish({ b: undefined, a: 3 });
    const at4 = publish({ n1: 5 });
    const set2 = [change("a", 1, 2), change("n1", undefined, 1), change("n2", undefined, 1)];
    const second = past.after({ changes: set2, sequenceId: 2, publish: at2 });
    expect(contentOf(second)).toEqual({ a: 2, b: 1, n1: 1, n2: 1 });
    expect([second?.publish, second?.meta?.sequenceId, second?.meta?.origin]).toEqual([at2, 2, "test"]);
    const own = (state: MirrorState | undefined, key: string) => new StateReader(state as MirrorState).named(key).own;
    expect(own(second, "n2"), "with its layers, as memory still has it").toBe(own(mirror.state(), "n2"));
    expect(own(second, "a")?.source).toBe("");
    const third = past.after({ changes: [change("b", 1), change("a", 2, 3)], sequenceId: 3, publish: at3 });
    expect(contentOf(third)).toEqual({ a: 3, n1: 1, n2: 1 });
    expect(past.after({ changes: [change("n1", 1, 5)], sequenceId: 4, publish: at4 })).toBe(mirror.state());
    expect([contentOf(first), contentOf(second)]).toEqual([
      { a: 1, b: 1 },
      { a: 2, b: 1, n1: 1, n2: 1 },
    ]);
    const at5 = publish({ a: 6, late: 1 });
    isReadable = false;
    const set5 = { changes: [change("a", 3, 6), change("late", undefined, 1)], sequenceId: 5, publish: at5 };
    const fifth = past.after(set5);
    expect(contentOf(fifth)).toEqual({ a: 6, n1: 5, n2: 1, late: 1 });
    expect(fifth?.meta?.sequenceId).toBe(5);
    past.startOver();
    expect(past.after(set5), "nothing else can be had").toBe(fifth);
    isReadable = true;
    past.startOver();
    expect(past.after(set5)).toBe(mirror.state());
    publish({ a: 7 });
    expect(past.after({ changes: [change("a", 6, 7)], sequenceId: 6, publish: undefined })).toBe(mirror.state());
  });

  it("is unknown as long as no state was ever read", () => {
    const past = new PastStates(() => undefined);
    expect(past.after({ changes: [change("a", undefined, 1)], sequenceId: 1, publish: 5 })).toBeUndefined();
  });
});

describe("sets", () => {
  const view = (name: string) => () => ({ name }) as never;
  const set = (name: string, ...changes: ConfigChange[]) => new PublishedSet(changes, view(name));

  it("that are merged have the newest view and the net changes, and are none when nothing is left of them", () => {
    const merged = PublishedSet.merged([
      set("1", change("a", 0, 1, 1)),
      set("2", change("a", 1, 2, 2)),
      set("3", change("b", 0, 1, 3)),
    ]);
    expect(merged?.view).toEqual({ name: "3" });
    expect(merged?.changes).toMatchObject([
      { key: "a", oldValue: 0, newValue: 2 },
      { key: "b", oldValue: 0, newValue: 1 },
    ]);
    expect(merged?.sequenceId).toBe(3);
    expect(PublishedSet.merged([])).toBeUndefined();
    expect(PublishedSet.merged([set("1", change("a", 0, 1)), set("2", change("a", 1, 0))])).toBeUndefined();
  });

  it("wait up to a bound, become one past it, or none when they undo each other, and can be dropped", () => {
    const queue = new ChangeSetQueue(1);
    queue.push(set("1", change("a", 0, 1)));
    expect(queue.full).toBe(true);
    queue.push(set("2", change("a", 1, 0)));
    expect([queue.full, queue.shift()]).toEqual([false, undefined]);
    queue.push(set("3", change("a", 0, 1)));
    queue.clear();
    expect([queue.full, queue.shift()]).toEqual([false, undefined]);
  });

  it("are put together of their parts, and what was dropped is in none", () => {
    const assembly = new SetAssembly();
    const last = [change("c", 0, 1)];
    expect(assembly.complete(last)).toBe(last);
    assembly.add([change("a", 0, 1)]);
    expect(assembly.complete([change("a", 1, 2), change("b", 0, 1)])).toMatchObject([
      { key: "a", oldValue: 0, newValue: 2 },
      { key: "b" },
    ]);
    assembly.add([change("a", 0, 1)]);
    assembly.clear();
    expect(assembly.complete(last)).toEqual(last);
  });
});

describe("the sets of a consumer", () => {
  function newHub() {
    const errors: string[] = [];
    let known: number | undefined;
    let looks = 0;
    const hub = new Subscriptions({
      bufferSize: 10,
      logger: { ...silentLogger, error: (line) => void errors.push(line) },
      onActive: () => {},
      onOverflow: () => {},
      publishNumber: () => known,
      state: () => void looks++,
      view: () => ({}) as never,
    });
    const told: string[] = [];
    const listen = (name: string) =>
      hub.changeSets({ onChange: ({ changes }) => told.push(`${name}: ${changes.map(({ key }) => key)}`) });
    const part = (...changes: ConfigChange[]) => hub.deliver({ changes, setEnds: [], lagged: false });
    const whole = (...changes: ConfigChange[]) => hub.deliver({ changes, lagged: false });
    return { hub, errors, told, listen, part, whole, know: (at: number) => (known = at), looks: () => looks };
  }
  const a = change("a", 0, 1);
  const b = change("b", 0, 1);
  const c = change("c", 0, 1);

  it("are told from the next one on, however many came before, whole or in parts", () => {
    const { told, listen, part, whole } = newHub();
    whole(a);
    listen("first");
    whole(b);
    part(a);
    listen("second");
    whole(b);
    listen("third");
    whole(c);
    expect(told).toEqual(["first: b", "first: a,b", "first: c", "second: c", "third: c"]);
  });

  it("are told from the second one on to those who come when the first has arrived in several parts", () => {
    const { told, listen, part, whole } = newHub();
    part(a);
    part(b);
    listen("late");
    whole(c);
    whole(a);
    expect(told).toEqual(["late: a"]);
  });

  it("of which nothing passes a filter call nobody, and after the end nobody can come", () => {
    const { hub, errors, whole } = newHub();
    const sets: unknown[] = [];
    hub.changeSets({ key: "b", onChange: (set) => sets.push(set) });
    whole(a);
    expect([sets, errors]).toEqual([[], []]);
    hub.close();
    expect(hub.changeSets({ onChange: () => {} }).closed).toBe(true);
    expect(hub.subscribe({ onChange: () => {}, signal: AbortSignal.abort() }).closed).toBe(true);
  });

  it("are not told when nothing is left of them, and stay whole when another subscriber leaves", () => {
    const { told, listen, part, whole } = newHub();
    listen("first");
    part(a);
    whole(change("a", 1, 0));
    expect(told).toEqual([]);
    const second = listen("second");
    part(a);
    second.unsubscribe();
    whole(b);
    expect(told).toEqual(["first: a,b"]);
  });

  it("begin from the newest state when events were merged, and what a callback throws is reported by their number", () => {
    const { hub, errors, looks } = newHub();
    expect(hub.active).toBe(false);
    hub.changeSets({
      onChange: () => {
        throw new Error("no");
      },
    });
    expect(hub.active).toBe(true);
    const before = looks();
    hub.deliver({ changes: [], lagged: true });
    expect(looks()).toBeGreaterThan(before);
    hub.deliver({ changes: [change("a", 0, 1, 7)], lagged: false });
    expect(errors).toEqual([expect.stringContaining("change set 7")]);
  });

  it("and changes without a known publish are told to everyone who is there", () => {
    const { hub, told, listen, whole, know } = newHub();
    know(5);
    listen("sets");
    hub.subscribe({ onChange: ({ key }) => told.push(key) });
    whole(a);
    expect(told.sort()).toEqual(["a", "sets: a"]);
  });

  it("and changes resolve a call that waits, and end for a loop that is left", async () => {
    const { hub, whole } = newHub();
    const loop = hub.subscribe()[Symbol.asyncIterator]();
    const next = loop.next();
    whole(a);
    expect(await next).toEqual({ done: false, value: a });
    expect(await loop.return?.()).toEqual({ done: true, value: undefined });
    expect(await loop.next()).toEqual({ done: true, value: undefined });
  });
});

describe("what a dead worker left untold", () => {
  it("is nothing of equal maps, nor of keys that are missing as before, nor where nothing can be read", () => {
    const { region, writer } = published({ map: { x: 1 }, gone: 1 });
    writer.publish({ gone: undefined, came: 1 });
    const untold = new Untold(createUntoldMemory());
    untold.add([
      { key: "map", oldValue: { x: 1 } },
      { key: "never", oldValue: undefined },
      { key: "gone", oldValue: 1 },
      { key: "came", oldValue: undefined },
    ]);
    expect(
      untoldBatch(region, untold)?.changes.map(({ key, oldValue, newValue }) => [key, oldValue, newValue]),
    ).toEqual([
      ["gone", 1, undefined],
      ["came", undefined, 1],
    ]);
    expect(untoldBatch(newRegion(), untold)).toBeUndefined();
    region.store(presentBlock(region) + block.begun, RETIRED);
    expect(untoldBatch(region, untold)).toBeUndefined();
  });
});

describe("a filter", () => {
  it("takes the names that were given and no empty one", () => {
    expect([compileFilter({ prefix: "a" })(""), compileFilter({ keys: ["a"] })("")]).toEqual([false, false]);
    expect(() => compileFilter({ keys: [] })).toThrow(InvalidOptionError);
    expect(() => compileFilter({ keys: "" as never })).toThrow(InvalidOptionError);
  });
});

describe("a thread that gets no messages", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("compares with the state that it read last when one cannot be read, and looks for all subscribers by one timer", () => {
    const { writer, mirror } = published({ a: 1 });
    let isReadable = true;
    const watch = new ChangeWatch(() => (isReadable ? mirror.state() : undefined), silentLogger);
    const told: unknown[] = [];
    const first = watch.add(({ oldValue, newValue }) => told.push([oldValue, newValue]));
    const second = watch.add(() => {});
    expect(vi.getTimerCount()).toBe(1);
    second.unsubscribe();
    isReadable = false;
    writer.publish({ a: 2 });
    vi.advanceTimersByTime(100);
    expect(told).toEqual([]);
    isReadable = true;
    writer.publish({ a: 3 });
    vi.advanceTimersByTime(100);
    expect(told).toEqual([[1, 3]]);
    first.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("finds keys in all places of memory, those of a first chunk and of later ones", () => {
    const { writer, mirror } = published({ a: 1 });
    const before = mirror.state() as MirrorState;
    writer.publish(Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`k${i}`, i])));
    const changes = changesBetween(before, mirror.state() as MirrorState);
    expect(changes).toHaveLength(600);
    expect(changes.find(({ key }) => key === "k599")).toMatchObject({
      oldValue: undefined,
      newValue: 599,
      sequenceId: 2,
    });
  });
});
