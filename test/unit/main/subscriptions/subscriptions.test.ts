import { describe, expect, it, test } from "vitest";
import { Unreadable } from "../../../../src/main/reader/unreadable.js";
import { createView } from "../../../../src/main/reader/view.js";
import {
  type SubscribeOptions,
  type Subscription,
  Subscriptions,
} from "../../../../src/main/subscriptions/subscriptions.js";
import { InvalidOptionError, SubscriberOverflowError } from "../../../../src/shared/errors.js";
import type { ConfigChange, ConfigValue } from "../../../../src/shared/types.js";
import { newRegion } from "../../../support/memory/region.js";

function event(key: string, newValue: ConfigValue, oldValue?: ConfigValue): ConfigChange {
  return { key, oldValue, newValue, source: "file", sequenceId: 1 };
}

function newHub(bufferSize = 3) {
  const active: boolean[] = [];
  const errors: string[] = [];
  let overflows = 0;
  let publishNumber: number | undefined;
  const silent = () => {};
  const hub = new Subscriptions({
    bufferSize,
    logger: { debug: silent, info: silent, warn: silent, error: (line) => void errors.push(line) },
    onActive: (now) => active.push(now),
    onOverflow: () => overflows++,
    publishNumber: () => publishNumber,
    state: () => undefined,
    view: () =>
      createView({ chunks: [], slots: new Map(), meta: undefined, arena: 0, publish: 0 }, new Unreadable(newRegion())),
  });
  const deliver = (...changes: ConfigChange[]) => hub.deliver({ changes, lagged: false });
  const publish = (number: number): void => {
    publishNumber = number;
  };
  return { hub, active, errors, deliver, publish, overflows: () => overflows };
}

/** Everything that a subscription hands out until it ends, and the error it ends with. */
async function drain(subscription: Subscription): Promise<{ keys: string[]; values: unknown[]; error: unknown }> {
  const keys: string[] = [];
  const values: unknown[] = [];
  try {
    for await (const change of subscription) {
      keys.push(change.key);
      values.push(change.newValue);
    }
  } catch (error) {
    return { keys, values, error };
  }
  return { keys, values, error: undefined };
}

describe("filters", () => {
  test.each<[SubscribeOptions, string[]]>([
    [{}, ["log_level", "my.port", "my.mode", "mystery"]],
    [{ key: "MY.Port" }, ["my.port"]],
    [{ keys: ["my.mode", "LOG_LEVEL"] }, ["log_level", "my.mode"]],
    [{ prefix: "My." }, ["my.port", "my.mode"]],
    [{ prefix: "my" }, ["my.port", "my.mode", "mystery"]],
    [{ prefix: "my.", key: "log_level" }, ["log_level", "my.port", "my.mode"]],
  ])("%j lets through %j", async (options, expected) => {
    const { hub, deliver } = newHub(100);
    const subscription = hub.subscribe(options);
    deliver(event("log_level", 1), event("my.port", 2), event("my.mode", 3), event("mystery", 4));
    hub.close();
    expect((await drain(subscription)).keys).toEqual(expected);
  });

  test.each<[object, RegExp]>([
    [{ keys: [] }, /empty array/],
    [{ keys: "a" }, /"keys" must be an array/],
    [{ key: 1 }, /"key" must be a non-empty string, but is 1/],
    [{ prefix: "" }, /"prefix" must be a non-empty string/],
    [{ prefx: "a" }, /Did you mean "prefix"/],
    [{ bufferSize: 0 }, /"bufferSize" .* but is 0/],
    [{ overflow: "drop" }, /"overflow" must be one of "disconnect", "coalesce", but is "drop"/],
    [{ onChange: true }, /"onChange" must be a function/],
    [{ signal: "stop" }, /"signal" must be an object with the functions addEventListener/],
  ])("%j is refused", (options, expected) => {
    const { hub, active } = newHub();
    expect(() => hub.subscribe(options as SubscribeOptions)).toThrow(InvalidOptionError);
    expect(() => hub.subscribe(options as SubscribeOptions)).toThrow(expected);
    expect(active).toEqual([]);
  });
});

describe("a loop", () => {
  test("gets events in order, also those that came before it waited", async () => {
    const { hub, deliver } = newHub();
    const subscription = hub.subscribe();
    deliver(event("a", 1), event("a", 2, 1));
    const iterator = subscription[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(event("a", 1));
    expect((await iterator.next()).value).toEqual(event("a", 2, 1));
    const waiting = [iterator.next(), iterator.next()];
    deliver(event("b", 3), event("c", 4));
    expect((await Promise.all(waiting)).map(({ value }) => value?.key)).toEqual(["b", "c"]);
  });

  test("that is left ends the subscription", async () => {
    const { hub, deliver, active } = newHub();
    const subscription = hub.subscribe();
    deliver(event("a", 1), event("b", 2));
    for await (const { key } of subscription) {
      expect(key).toBe("a");
      break;
    }
    expect(subscription.closed).toBe(true);
    expect(active).toEqual([true, false]);
  });

  test("cannot change what another subscriber is given", async () => {
    const { hub, deliver } = newHub();
    const subscription = hub.subscribe();
    deliver({ ...event("a", { list: [1] }, { list: [0] }) });
    const { value } = await subscription[Symbol.asyncIterator]().next();
    const { newValue, oldValue } = value as unknown as Record<"newValue" | "oldValue", { list: unknown }>;
    expect([value, newValue.list, oldValue.list].map((part) => Object.isFrozen(part))).toEqual([true, true, true]);
  });
});

describe("overflow", () => {
  test("disconnect hands out what is buffered, then ends with SubscriberOverflowError, once, and is counted", async () => {
    const { hub, deliver, overflows, active } = newHub(2);
    const subscription = hub.subscribe();
    deliver(event("a", 1), event("b", 2), event("c", 3), event("d", 4));
    expect(subscription.closed).toBe(true);
    expect(active).toEqual([true, false]);
    const { keys, error } = await drain(subscription);
    expect(keys).toEqual(["a", "b"]);
    expect(error).toBeInstanceOf(SubscriberOverflowError);
    expect((error as Error).message).toMatch(/buffer of 2 events.*bufferSize.*coalesce/);
    expect(await drain(subscription)).toEqual({ keys: [], values: [], error: undefined });
    expect(overflows()).toBe(1);
  });

  test("coalesce keeps the newest value per key with the first old value, and goes on", async () => {
    const { hub, deliver, overflows } = newHub();
    const subscription = hub.subscribe({ overflow: "coalesce", bufferSize: 2 });
    for (let i = 1; i <= 100; i++) deliver(event("a", i, i - 1), event("b", i, i - 1));
    const iterator = subscription[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(event("a", 100, 0));
    expect((await iterator.next()).value).toEqual(event("b", 100, 0));
    deliver(event("a", 101, 100), event("a", 102, 101));
    expect((await iterator.next()).value).toEqual(event("a", 101, 100));
    expect((await iterator.next()).value).toEqual(event("a", 102, 101));
    expect(overflows()).toBe(0);
  });

  test("of one subscriber does not touch another", async () => {
    const { hub, deliver } = newHub();
    const small = hub.subscribe({ bufferSize: 1 });
    const large = hub.subscribe({ bufferSize: 10 });
    deliver(event("a", 1), event("b", 2), event("c", 3));
    hub.close();
    expect((await drain(small)).error).toBeInstanceOf(SubscriberOverflowError);
    expect(await drain(large)).toEqual({ keys: ["a", "b", "c"], values: [1, 2, 3], error: undefined });
  });

  test("of the worker's queue ends disconnect subscriptions, waiting ones too, and feeds coalesce ones", async () => {
    const { hub, overflows } = newHub();
    const waiting = hub.subscribe();
    const next = waiting[Symbol.asyncIterator]().next();
    const coalescing = hub.subscribe({ overflow: "coalesce" });
    const called: string[] = [];
    hub.subscribe({ onChange: ({ key }) => called.push(key) });
    hub.deliver({ changes: [event("a", 9, 1)], lagged: true });
    await expect(next).rejects.toBeInstanceOf(SubscriberOverflowError);
    await expect(next).rejects.toThrow(/worker had to merge events/);
    expect((await coalescing[Symbol.asyncIterator]().next()).value).toEqual(event("a", 9, 1));
    expect(called).toEqual(["a"]);
    expect(overflows()).toBe(1);
  });

  test("tells the first of several that wait by the error, and the others by an end, once for all", async () => {
    const { hub, overflows } = newHub();
    const iterator = hub.subscribe()[Symbol.asyncIterator]();
    const waiting = Promise.allSettled([iterator.next(), iterator.next(), iterator.next()]);
    hub.deliver({ changes: [event("a", 9, 1)], lagged: true });
    const done = { status: "fulfilled", value: { done: true, value: undefined } };
    expect(await waiting).toEqual([{ status: "rejected", reason: expect.any(SubscriberOverflowError) }, done, done]);
    expect(await iterator.next()).toEqual(done.value);
    expect(overflows()).toBe(1);
  });
});

describe("a callback", () => {
  test("that throws or rejects is reported by name and place, without the message, and disturbs nobody", async () => {
    const { hub, deliver, errors } = newHub();
    const seen: unknown[] = [];
    hub.subscribe({
      onChange: () => {
        throw new RangeError("secret value 42");
      },
    });
    hub.subscribe({ onChange: async () => Promise.reject(new TypeError("secret value 43")) });
    hub.subscribe({
      onChange: () => {
        throw "secret text";
      },
    });
    hub.subscribe({ onChange: ({ newValue }) => seen.push(newValue) });
    deliver(event("my.key", 1), event("my.key", 2, 1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([1, 2]);
    expect(errors).toHaveLength(6);
    expect(errors.join()).toMatch(/"my\.key": RangeError at .*subscriptions\.test/);
    expect(errors.join()).toContain("TypeError");
    expect(errors.join()).toContain("a thrown string");
    expect(errors.join()).not.toContain("secret");
  });

  test("that unsubscribes itself and others is obeyed at once", () => {
    const { hub, deliver } = newHub();
    const seen: string[] = [];
    const first = hub.subscribe({
      onChange: ({ key }) => {
        seen.push(`first ${key}`);
        first.unsubscribe();
        second.unsubscribe();
      },
    });
    const second = hub.subscribe({ onChange: ({ key }) => seen.push(`second ${key}`) });
    deliver(event("a", 1), event("b", 2));
    expect(seen).toEqual(["first a"]);
  });

  test("cannot be iterated over", () => {
    const { hub } = newHub();
    expect(() => hub.subscribe({ onChange: () => {} })[Symbol.asyncIterator]()).toThrow(InvalidOptionError);
  });
});

describe("the end", () => {
  test("unsubscribing drops what is buffered, ends waiting loops, and is harmless twice and after the end", async () => {
    const { hub, deliver, active } = newHub();
    const subscription = hub.subscribe();
    const other = hub.subscribe();
    deliver(event("a", 1));
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(await drain(subscription)).toMatchObject({ keys: [], error: undefined });
    hub.close();
    hub.close();
    subscription.unsubscribe();
    other.unsubscribe();
    expect(active).toEqual([true, false]);
  });

  test("by stop hands out what is buffered and then ends without an error; later subscriptions are over", async () => {
    const { hub, deliver } = newHub();
    const subscription = hub.subscribe();
    const waiting = hub.subscribe({ key: "never" })[Symbol.asyncIterator]().next();
    deliver(event("a", 1));
    hub.close();
    expect(await drain(subscription)).toMatchObject({ keys: ["a"], error: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    const late = hub.subscribe();
    expect(late.closed).toBe(true);
    expect(await drain(late)).toMatchObject({ keys: [], error: undefined });
  });

  test("by an abort signal is an end without an error, and the signal is let go of", async () => {
    const { hub } = newHub();
    const controller = new AbortController();
    const listeners: string[] = [];
    const { signal } = controller;
    const remove = signal.removeEventListener.bind(signal);
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners.push(args[0]);
      remove(...args);
    };
    const left = hub.subscribe({ signal });
    left.unsubscribe();
    expect(listeners).toEqual(["abort"]);
    const subscription = hub.subscribe({ signal });
    const next = subscription[Symbol.asyncIterator]().next();
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(hub.subscribe({ signal }).closed).toBe(true);
    expect(hub.active).toBe(false);
  });

  test("comes with the scope, by dispose and by asynchronous dispose", async () => {
    const { hub } = newHub();
    const first = hub.subscribe();
    first[Symbol.dispose]();
    const second = hub.subscribe();
    await second[Symbol.asyncDispose]();
    expect([first.closed, second.closed, hub.active]).toEqual([true, true, false]);
  });
});

describe("a change that is on its way from the worker", () => {
  it("is not told to who subscribed when it could be read already, neither by itself nor in a set", () => {
    const { hub, publish } = newHub();
    const told: string[] = [];
    const follow = (name: string): void => {
      hub.subscribe({ onChange: ({ key }) => told.push(`${name} ${key}`) });
      hub.changeSets({ onChange: ({ changes }) => told.push(`${name} [${changes.map(({ key }) => key)}]`) });
    };
    follow("first");
    // The numbers wrap.
    publish(2 ** 31 - 1);
    follow("second");
    hub.deliver({
      changes: [event("a", 1), event("b", 1)],
      setEnds: [1, 2],
      publishes: [2 ** 31 - 1, -(2 ** 31)],
      lagged: false,
    });
    expect(told.filter((line) => line.startsWith("first"))).toEqual(["first a", "first b", "first [a]", "first [b]"]);
    expect(told.filter((line) => line.startsWith("second"))).toEqual(["second b", "second [b]"]);
  });
});
