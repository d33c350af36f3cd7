import { AsyncLocalStorage } from "node:async_hooks";
import { getEventListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { createContext, runInContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attachReader } from "../../../../src/main/consumer/attach.js";
import { sharedConfig } from "../../../../src/main/consumer/shared-config.js";
import type { UpdateSubscription } from "../../../../src/main/reader/api.js";
import { createReader } from "../../../../src/main/reader/reader.js";
import { Subscriptions } from "../../../../src/main/subscriptions/subscriptions.js";
import type { Logger } from "../../../../src/shared/logger.js";
import type { ConfigChange } from "../../../../src/shared/types.js";
import { createMockConsumer } from "../../../../src/testing/index.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function keepingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (line: string) => lines.push(line);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}

function newHub(logger: Logger): Subscriptions {
  const view = () => createMockConsumer().reader().view();
  return new Subscriptions({
    bufferSize: 9,
    logger,
    onActive: () => {},
    onOverflow: () => {},
    publishNumber: () => undefined,
    state: () => undefined,
    view,
  });
}

/** A writer, and a reader that looks for changes itself, as other threads have it. */
function attached() {
  const region = newRegion();
  const logger = keepingLogger();
  const shared = sharedConfig({ memory: region.memory, coreAgentAddress: "a:1", readyTimeoutMs: 1, clientName: "c" });
  return { writer: new TestWriter(region), reader: attachReader(shared, { logger }), logger };
}

describe("a callback that subscribes anew whenever it is called", () => {
  it("is called once for each change of a consumer, and the call that made the change returns", async () => {
    await using mock = createMockConsumer({ a: 0, b: 0 });
    const told: ConfigChange[] = [];
    const again = (change: ConfigChange) => {
      told.push(change);
      if (told.length > 10) throw new Error("It never ends.");
      subscription.unsubscribe();
      subscription = mock.subscribe({ onChange: again });
    };
    let subscription = mock.subscribe({ onChange: again });
    mock.set("a", 1);
    expect(told.map(({ key, newValue }) => [key, newValue])).toEqual([["a", 1]]);
    mock.set("b", 2);
    expect(told.map(({ key, newValue }) => [key, newValue])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  it("is called once for each change by reader.onUpdate and by a handle's onChange", async () => {
    await using mock = createMockConsumer({ a: 0 });
    const reader = mock.reader();
    const handle = reader.setting("a").asInt();
    const told: string[] = [];
    const renewing = (name: string, subscribe: (callback: () => void) => UpdateSubscription) => {
      const again = () => {
        told.push(name);
        if (told.length > 10) throw new Error("It never ends.");
        current.unsubscribe();
        current = subscribe(again);
      };
      let current = subscribe(again);
    };
    renewing("update", (callback) => reader.onUpdate(callback));
    renewing("handle", (callback) => handle.onChange(callback));
    mock.set("a", 1);
    expect(told).toEqual(["update", "handle"]);
  });

  it("is told nothing that had been published before it came, though it still had to be told to others", async () => {
    await using mock = createMockConsumer({ a: 0, b: 0 });
    const late: string[] = [];
    let early = 0;
    mock.subscribe({
      onChange: () => {
        early++;
        if (early === 1) mock.subscribe({ onChange: ({ key }) => late.push(key) });
      },
    });
    mock.snapshot({ a: 1, b: 1 });
    expect([early, late]).toEqual([2, []]);
    mock.set("a", 2);
    expect(late).toEqual(["a"]);
  });
});

describe("an attached reader's callbacks", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are told in order, and the newest last, when one of them adds another", () => {
    const { writer, reader } = attached();
    writer.publish({ a: 1, b: 1 });
    const told: string[] = [];
    const line = ({ key, oldValue, newValue }: ConfigChange) => `${key} ${oldValue} to ${newValue}`;
    const others: UpdateSubscription[] = [];
    using _first = reader.onUpdate((change) => {
      told.push(line(change));
      if (others.length > 0) return;
      // Published while the changes before are being told.
      writer.publish({ b: 3 });
      others.push(reader.onUpdate((later) => told.push(`late: ${line(later)}`)));
    });
    writer.publish({ a: 2, b: 2 });
    vi.advanceTimersByTime(100);
    expect(told).toEqual(["a 1 to 2", "b 1 to 2", "b 2 to 3"]);
    for (const other of others) other.unsubscribe();
  });
});

/** What foreign code may throw, and reject with. */
const odd: [name: string, thrown: () => unknown, told: RegExp][] = [
  ["an error whose stack is no text", () => Object.assign(new Error("secret"), { stack: 42 }), /: Error\.$/],
  ["an error whose name is no text", () => Object.assign(new Error("secret"), { name: {} }), /: Error at /],
  ["an error whose name breaks the line", () => Object.assign(new Error("secret"), { name: "a\nb" }), /: Error at /],
  ["an error whose getters throw", () => throwingGetters(new Error("secret")), /: Error( at .*)?\.$/],
  ["a proxy whose traps throw", () => new Proxy(new Error("secret"), throwingTraps()), /: a thrown object\.$/],
  ["a function proxy", () => new Proxy(() => {}, throwingTraps()), /: a thrown function\.$/],
  ["null", () => null, /: a thrown object\.$/],
  ["undefined", () => undefined, /: a thrown undefined\.$/],
  ["a symbol", () => Symbol("secret"), /: a thrown symbol\.$/],
  ["an object without a prototype", () => Object.create(null), /: a thrown object\.$/],
  ["an error of another realm", () => runInContext("new TypeError('secret')", createContext()), /: TypeError at /],
  ["a DOMException", () => new DOMException("secret", "AbortError"), /: AbortError/],
];

function throwingGetters(error: Error): Error {
  for (const name of ["name", "code", "stack", "message"]) {
    Object.defineProperty(error, name, {
      get() {
        throw new Error("secret");
      },
    });
  }
  return error;
}

function throwingTraps(): ProxyHandler<object> {
  const refuse = () => {
    throw new Error("secret");
  };
  return { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse };
}

describe("whatever a callback throws or rejects with", () => {
  const rejections: unknown[] = [];
  const keep = (reason: unknown) => void rejections.push(reason);
  beforeEach(() => {
    rejections.length = 0;
    process.on("unhandledRejection", keep);
  });
  afterEach(() => {
    process.off("unhandledRejection", keep);
  });

  it.each(odd)("is told once to the logger, and disturbs nobody: %s", async (_name, thrown, told) => {
    const logger = keepingLogger();
    const hub = newHub(logger);
    const { writer, reader, logger: attachedLogger } = attached();
    const calls: string[] = [];
    const lastly: string[] = [];
    for (const [add, kept] of [
      [(callback: () => unknown) => hub.subscribe({ onChange: callback }), calls],
      [(callback: () => unknown) => reader.onUpdate(callback), lastly],
    ] as const) {
      add(() => {
        throw thrown();
      });
      add(async () => {
        throw thrown();
      });
      add(() => kept.push("reached"));
    }
    const change = { key: "a", oldValue: 0, newValue: 1, source: "file", sequenceId: 1 };
    hub.deliver({ changes: [change], lagged: false });
    writer.publish({ a: 1 });
    await expect.poll(() => lastly).toEqual(["reached"]);
    await setImmediate();
    expect(calls).toEqual(["reached"]);
    for (const { lines } of [logger, attachedLogger]) {
      expect(lines).toHaveLength(2);
      for (const line of lines) expect(line).toMatch(told);
      expect(lines.join()).not.toContain("secret");
    }
    expect(rejections).toEqual([]);
  });

  it.each(odd)("so is what a parser of a handle throws: %s", (_name, thrown, told) => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const logger = keepingLogger();
    writer.publish({ a: 1 });
    const handle = createReader(region, { logger })
      .setting("a")
      .as((value) => {
        if (value === 2) throw thrown();
        return value;
      });
    writer.publish({ a: 2 });
    expect(handle.value).toBe(1);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toMatch(told);
  });

  it("does not end the process by a promise of another realm that rejects", async () => {
    const logger = keepingLogger();
    const hub = newHub(logger);
    hub.subscribe({ onChange: runInContext("() => Promise.reject(new RangeError('secret'))", createContext()) });
    hub.deliver({ changes: [{ key: "a", oldValue: 0, newValue: 1, source: "", sequenceId: 1 }], lagged: false });
    await setImmediate();
    expect(rejections).toEqual([]);
    expect(logger.lines).toEqual([expect.stringMatching(/"a": RangeError at /)]);
  });
});

describe("the asynchronous context of a callback", () => {
  const request = new AsyncLocalStorage<string>();

  it("is that of its subscription, not that of the consumer or of the change", async () => {
    await using mock = request.run("maker", () => createMockConsumer({ a: 0 }));
    const stores: unknown[] = [];
    const keep = () => stores.push(request.getStore());
    const handle = mock.reader().setting("a").asInt();
    request.run("subscribe", () => mock.subscribe({ onChange: keep }));
    request.run("onUpdate", () => mock.reader().onUpdate(keep));
    request.run("handle", () => handle.onChange(keep));
    mock.subscribe({ onChange: keep });
    request.run("changer", () => mock.set("a", 1));
    expect(stores).toEqual(["subscribe", "onUpdate", "handle", undefined]);
  });

  it("is that of its subscription for an attached reader too, whoever came first", async () => {
    const { writer, reader } = attached();
    const stores: unknown[] = [];
    const keep = () => stores.push(request.getStore());
    using _first = request.run("first", () => reader.onUpdate(keep));
    using _second = request.run("second", () => reader.onUpdate(keep));
    using _third = reader.onUpdate(keep);
    writer.publish({ a: 1 });
    await expect.poll(() => stores).toEqual(["first", "second", undefined]);
  });
});

describe("one AbortSignal", () => {
  it("serves many subscriptions and waits by one listener, which goes with the last of them", async () => {
    await using mock = createMockConsumer();
    const { signal } = new AbortController();
    const subscriptions = Array.from({ length: 40 }, () => mock.subscribe({ signal }));
    const waits = Array.from({ length: 40 }, () => mock.waitReady({ signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    mock.snapshot({ a: 1 });
    await Promise.all(waits);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("ends all of them when it is aborted", async () => {
    await using mock = createMockConsumer();
    const controller = new AbortController();
    const { signal } = controller;
    const subscriptions = [mock.subscribe({ signal }), mock.subscribe({ signal, onChange: () => {} })];
    const waits = [mock.waitReady({ signal }), mock.waitReady({ signal, timeoutMs: Number.POSITIVE_INFINITY })];
    controller.abort(new Error("enough"));
    expect(subscriptions.map(({ closed }) => closed)).toEqual([true, true]);
    for (const wait of waits) await expect(wait).rejects.toThrow("enough");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
