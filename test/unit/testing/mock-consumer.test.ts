import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { checkHealth } from "../../../src/main/status/health.js";
import { ConsumerStoppedError, InvalidOptionError, WaitTimeoutError } from "../../../src/shared/errors.js";
import type { ConfigChange } from "../../../src/shared/types.js";
import { createMockConsumer } from "../../../src/testing/index.js";

describe("a mock consumer", () => {
  it("is ready at once with settings, and reads them like the real one", async () => {
    await using mock = createMockConsumer({ Port: "8080", "a.b": true });
    await mock.start();
    await mock.waitReady();
    const reader = mock.reader();
    expect([reader.getInt("port"), reader.getBool("a.b"), reader.getSource("port")]).toEqual([8080, true, "file"]);
    expect(mock.status()).toMatchObject({ state: "live", ready: true, sequenceId: 1, keys: 2 });
  });

  it("is not ready before its first snapshot", async () => {
    await using mock = createMockConsumer();
    expect(() => mock.waitReadySync()).toThrow(WaitTimeoutError);
    await expect(mock.waitReady({ timeoutMs: 5 })).rejects.toThrow(WaitTimeoutError);
    const ready = mock.waitReady();
    mock.snapshot({ a: 1 });
    await ready;
    mock.waitReadySync();
  });

  it("lets a layer show again when the one above is withdrawn, and removes a key without layers", async () => {
    await using mock = createMockConsumer({ level: "info" });
    const level = mock.reader().setting("level").asString("none");
    mock.set("level", "debug", "cli");
    mock.set("level", "warn", "environment-variable");
    expect(level.value).toBe("debug");
    mock.unset("level", "cli");
    expect(level.value).toBe("warn");
    mock.unset("level", "environment-variable");
    expect(level.value).toBe("info");
    mock.unset("level", "file");
    expect(level.value).toBe("none");
    mock.unset("never there");
    expect(mock.reader().isSet("never there")).toBe(false);
  });

  it("tells subscribers what really changed, and a getter in the handler is not older", async () => {
    await using mock = createMockConsumer({ a: 1, b: 1 });
    const seen: [ConfigChange, unknown][] = [];
    mock.subscribe({ onChange: (change) => seen.push([change, mock.reader().get(change.key)]) });
    mock.set("a", 1);
    mock.set("a", 2);
    mock.snapshot({ b: 1, c: 3 });
    expect(seen.map(([{ key, oldValue, newValue }, read]) => [key, oldValue, newValue, read])).toEqual([
      ["a", 1, 2, 2],
      ["c", undefined, 3, 3],
      ["a", 2, undefined, undefined],
    ]);
  });

  it("ends iterations at stop, keeps the last settings, and refuses further calls", async () => {
    const mock = createMockConsumer({ a: 1 });
    const changes = mock.subscribe();
    mock.set("a", 2);
    await mock.stop();
    await mock.stop();
    const seen = [];
    for await (const change of changes) seen.push(change.newValue);
    expect(seen).toEqual([2]);
    expect(mock.reader().getInt("a")).toBe(2);
    expect(() => mock.set("a", 3)).toThrow(ConsumerStoppedError);
    await expect(mock.start()).rejects.toThrow(ConsumerStoppedError);
  });

  it("refuses what it does not know, and says what was expected", () => {
    const make = (settings: unknown, options?: unknown) => () =>
      createMockConsumer(settings as { a: number }, options as object);
    expect(make("a=1")).toThrow('expects its settings as an object of keys and values, but was given "a=1"');
    expect(make(["a"])).toThrow(InvalidOptionError);
    expect(make({}, { clientname: "x" })).toThrow('no option "clientname". Did you mean "clientName"?');
    expect(make({}, { sourcePriority: "file" })).toThrow("must be an array of strings");
    expect(make({}, { clientName: "" })).toThrow("must be a non-empty string");
  });

  it("keeps a copy of what it is given, and leaves the caller's own as it is", async () => {
    await using mock = createMockConsumer();
    const given = { list: [1] };
    mock.subscribe({ onChange: () => {} });
    mock.snapshot({ given });
    given.list.push(2);
    expect(given.list).toEqual([1, 2]);
    expect(mock.reader().get("given")).toEqual({ list: [1] });
    mock.set("other", 1);
    mock.set("given.list", [1]);
    expect(mock.reader().getAllSources("given.list")).toHaveLength(2);
  });

  it("takes nested plain objects as sections, and maps with dots in their names as values", async () => {
    await using mock = createMockConsumer({ my_agent: { port: 1, labels: { "a.b": "c" } } });
    expect(mock.reader().getInt("my_agent.port")).toBe(1);
    mock.set("my_agent.port", 2);
    expect(mock.reader().getInt("my_agent.port")).toBe(2);
    expect(mock.reader().get("my_agent.labels")).toEqual({ "a.b": "c" });
  });

  it("refuses what no setting can be, and keeps what it has", async () => {
    await using mock = createMockConsumer({ a: 1 });
    const cyclic: { [name: string]: unknown } = {};
    cyclic.self = cyclic;
    for (const value of [undefined, () => {}, 1n, new Date(), cyclic]) {
      expect(() => mock.set("a", value as never)).toThrow(InvalidOptionError);
    }
    expect(() => mock.set("", 1)).toThrow(InvalidOptionError);
    expect(() => mock.snapshot({ b: 1, c: new Map() as never })).toThrow(InvalidOptionError);
    expect(mock.reader().allKeysLowercased()).toEqual(["a"]);
  });

  it("tells changes in order, also those that a handler makes", async () => {
    await using mock = createMockConsumer({ a: 0 });
    const seen: unknown[] = [];
    mock.subscribe({
      onChange: ({ newValue }) => {
        if (newValue === 1) mock.set("a", 2);
      },
    });
    mock.subscribe({ onChange: ({ oldValue, newValue }) => seen.push([oldValue, newValue]) });
    mock.set("a", 1);
    expect(seen).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it("counts no state that changes nothing, and its metrics are those of a consumer", async () => {
    await using mock = createMockConsumer({ a: 1 });
    mock.set("a", 1, "file");
    mock.snapshot({ a: 1 });
    expect(mock.status().sequenceId).toBe(1);
    mock.set("a", 1);
    expect(mock.status().sequenceId, "a layer was added").toBe(2);
    expect(await mock.metrics.metrics()).toMatch(/^configstream_consumer_snapshots_applied\{client="mock"\} 2$/m);
  });
  it("says in a log what it is, and no setting, also as JSON", async () => {
    await using mock = createMockConsumer({ a: "value" });
    expect(inspect(mock)).toBe("Consumer { client: mock, origin: mock, state: live, sequenceId: 1 }");
    expect(JSON.stringify(mock)).toBe('{"client":"mock","origin":"mock","state":"live","sequenceId":1}');
  });
});

describe("a mock's unset without a source", () => {
  it("withdraws an initial value, and of a key that was set since, that first", async () => {
    await using mock = createMockConsumer({ level: "info", other: 1 });
    const told: unknown[] = [];
    mock.subscribe({ onChange: ({ key, newValue }) => told.push([key, newValue]) });
    mock.set("level", "debug");
    mock.set("level", "error", "cli");
    mock.unset("level");
    expect(
      mock
        .reader()
        .getAllSources("level")
        .map(({ source }) => source),
    ).toEqual(["file", "cli"]);
    mock.unset("LEVEL");
    expect(mock.reader().get("level")).toBe("info");
    mock.unset("level");
    mock.unset("other");
    expect(mock.reader().allKeysLowercased()).toEqual([]);
    expect(told).toEqual([
      ["level", "debug"],
      ["level", "error"],
      ["level", "info"],
      ["level", undefined],
      ["other", undefined],
    ]);
  });
});

describe("a mock's setState", () => {
  it("makes it stale and live again, while settings stay readable and waits resolve", async () => {
    await using mock = createMockConsumer({ a: 1 });
    mock.setState("stale", "The core agent is away.");
    expect(mock.status()).toMatchObject({
      state: "stale",
      ready: true,
      attempt: 1,
      lastError: { code: "unavailable", message: "The core agent is away." },
    });
    expect(checkHealth(mock.status())).toMatchObject({ ready: true, stale: true });
    await mock.waitReady();
    mock.set("a", 2);
    expect([mock.reader().get("a"), mock.status().state]).toEqual([2, "stale"]);
    mock.snapshot({ a: 3 });
    expect(mock.status()).toMatchObject({ state: "live", attempt: 0 });
    mock.setState("stale");
    mock.setState("live");
    expect(mock.status().state).toBe("live");
  });

  it("makes a mock without settings fail, which a wait that times out tells of, until a snapshot comes", async () => {
    await using mock = createMockConsumer();
    mock.setState("failed", "The token was refused.");
    expect(mock.status()).toMatchObject({ state: "failed", ready: false });
    await expect(mock.waitReady({ timeoutMs: 1 })).rejects.toThrow(/state failed.*The token was refused/);
    const ready = mock.waitReady();
    mock.snapshot({ a: 1 });
    await ready;
    expect(mock.status().state).toBe("live");
  });

  it("refuses what no consumer could be in", async () => {
    const mock = createMockConsumer();
    expect(() => mock.setState("stale")).toThrow(/without settings cannot be "stale"/);
    expect(() => mock.setState("broken" as "failed")).toThrow(InvalidOptionError);
    expect(() => mock.setState("failed", "")).toThrow(InvalidOptionError);
    await mock.stop();
    expect(() => mock.setState("failed")).toThrow(ConsumerStoppedError);
  });
});

describe("a mock's setMany", () => {
  it("is one publish and one change set: a getter in a handler sees all of it, and other layers stay", async () => {
    await using mock = createMockConsumer({ host: "a", port: 1, "x.y": 1 });
    mock.set("port", 5, "cli");
    const sets: unknown[] = [];
    const seen: unknown[] = [];
    mock.changeSets({
      onChange: ({ changes, sequenceId, view }) =>
        sets.push([changes.map(({ key }) => key), sequenceId, view.sequenceId, view.get("host")]),
    });
    mock.subscribe({ onChange: () => seen.push([mock.reader().get("host"), mock.reader().get("x.y")]) });
    const before = mock.status().sequenceId ?? 0;
    mock.setMany({ host: "b", port: 2, x: { y: 2 } });
    expect(sets).toEqual([[["host", "x.y"], before + 1, before + 1, "b"]]);
    expect(seen).toEqual([
      ["b", 2],
      ["b", 2],
    ]);
    expect(mock.reader().get("port")).toBe(5);
    mock.unset("port", "cli");
    expect(mock.reader().get("port")).toBe(2);
    mock.unset("host");
    expect(mock.reader().get("host")).toBe("a");
  });

  it("is refused whole when one of its settings cannot be one, or is too large", async () => {
    await using mock = createMockConsumer({ host: "a", port: 1 });
    const bad = Symbol("no value") as unknown as string;
    expect(() => mock.setMany({ host: "b", port: bad })).toThrow();
    expect(() => mock.setMany({ host: "b", port: "x".repeat(2 ** 24) })).toThrow("limits.maxValueBytes");
    expect(() => mock.setMany(null as never)).toThrow("setMany expects");
    expect([mock.reader().get("host"), mock.reader().get("port")]).toEqual(["a", 1]);
    mock.set("port", 3);
    expect([mock.reader().get("host"), mock.reader().get("port")]).toEqual(["a", 3]);
  });
});
