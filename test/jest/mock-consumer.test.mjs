// Run by scripts/jest.mjs, in a project of its own. Jest gives each test file globals of its own: `Error`, `Object` and
// `Uint8Array` here are not those of Node.js itself.
import { expect, it, jest } from "@jest/globals";
import {
  attachReader,
  ConfigStreamError,
  createEffectiveConfig,
  InvalidOptionError,
  SubscriberOverflowError,
  WaitTimeoutError,
} from "configstream-consumer";
import { createMockConsumer } from "configstream-consumer/testing";

it("reads settings, by getters, handles and views", () => {
  const mock = createMockConsumer({ "App.Port": "8080", labels: { "a.b": [1, { c: "d" }] }, wait: "1h30m" });
  const cfg = mock.reader();
  const port = cfg.setting("app.port").asInt();
  expect(port.value).toBe(8080);
  expect(cfg.get("labels")).toEqual({ "a.b": [1, { c: "d" }] });
  expect(cfg.getStringMap("labels")).toStrictEqual({ "a.b": [1, { c: "d" }] });
  expect(cfg.getDuration("wait")).toBe(5_400_000);
  const before = cfg.view();
  mock.set("app.port", 9000, "cli");
  expect([port.value, cfg.getInt("app.port"), before.getInt("app.port")]).toEqual([9000, 9000, 8080]);
  mock.unset("app.port", "cli");
  expect(port.value).toBe(8080);
  expect(cfg.explain("app.port")).toMatchObject({ source: "file", isSet: true });
});

it("tells subscribers, loops and callbacks alike", async () => {
  const mock = createMockConsumer({ a: 1 });
  const seen = [];
  mock.subscribe({ onChange: (change) => seen.push(change) });
  const changes = mock.subscribe({ bufferSize: 1 });
  mock.set("a", 2);
  expect(seen).toEqual([{ key: "a", oldValue: 1, newValue: 2, source: "agent-runtime", sequenceId: 2 }]);
  mock.set("a", 3);
  const loop = async () => {
    for await (const change of changes) expect(change.newValue).toBe(2);
  };
  await expect(loop()).rejects.toThrow(SubscriberOverflowError);
});

it("throws errors that instanceof and toThrow recognise", async () => {
  const mock = createMockConsumer();
  expect(() => mock.waitReadySync()).toThrow(WaitTimeoutError);
  expect(() => mock.set("a", new Map())).toThrow(InvalidOptionError);
  expect(() => attachReader({})).toThrow(ConfigStreamError);
  await mock.stop();
  await expect(mock.start()).rejects.toMatchObject({ code: "stopped", name: "ConsumerStoppedError" });
});

it("becomes ready under fake timers", async () => {
  jest.useFakeTimers();
  try {
    const mock = createMockConsumer();
    const ready = mock.waitReady();
    mock.snapshot({ a: 1 });
    await ready;
    expect(mock.reader().getInt("a")).toBe(1);
  } finally {
    jest.useRealTimers();
  }
});

it("shares its memory, gives metrics, and reads files", async () => {
  const mock = createMockConsumer({ a: 1 });
  expect(attachReader(mock.share()).getInt("a")).toBe(1);
  expect(await mock.metrics.metrics()).toContain('configstream_consumer_publishes{client="mock"} 1');
  const config = await createEffectiveConfig({ clientName: "app", defaults: { a: { b: 1 } }, env: {} });
  expect(config.reader().get("a")).toEqual({ b: 1 });
  await config.stop();
});
