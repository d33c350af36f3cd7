/** Guards, required settings and defaults, through the whole of a consumer without a core agent. */
import { describe, expect, it } from "vitest";
import { checkHealth } from "../../../src/index.js";
import { createMockConsumer } from "../../../src/testing/index.js";

const guards = { port: { type: "integer", min: 1, max: 65_535 } } as const;

describe("a consumer with guards", () => {
  it("reads the last good value with every kind of reading, and the new one once it is good", async () => {
    const consumer = createMockConsumer({ port: 9000 }, { guards });
    const cfg = consumer.reader();
    const handle = cfg.setting("port").asInt();
    const binding = cfg.bind({ port: cfg.setting("port").asInt() });
    const changes: unknown[] = [];
    consumer.subscribe({ onChange: ({ newValue }) => void changes.push(newValue) });
    const read = () => [cfg.getInt("port"), handle.value, cfg.view().getInt("port"), binding.value.port];
    consumer.set("port", "900O");
    expect(read()).toEqual([9000, 9000, 9000, 9000]);
    expect(cfg.getSource("port")).toBe("file");
    consumer.set("port", 9001);
    expect(read()).toEqual([9001, 9001, 9001, 9001]);
    expect(changes).toEqual([9001]);
    await consumer.stop();
  });

  it("says what is held in status, health, metrics and explanation, never with the value", async () => {
    const consumer = createMockConsumer({ port: 9000 }, { guards });
    consumer.set("port", "900O");
    const { held } = consumer.status();
    expect(held).toMatchObject([{ key: "port", rule: "must be an integer", source: "agent-runtime", kind: "text" }]);
    const health = checkHealth(consumer.status());
    expect([health.ready, health.reasons]).toEqual([
      true,
      ['The newest values of these settings break their guards and are held: "port".'],
    ]);
    const metrics = await consumer.metrics.metrics();
    expect(metrics).toContain('configstream_consumer_held_keys{client="mock"} 1');
    expect(metrics).toContain('configstream_consumer_held_values{client="mock"} 1');
    const explanation = consumer.reader().explain("port");
    expect(explanation.held).toEqual(held[0]);
    expect(explanation.reason).toContain('A newer text from source "agent-runtime", of sequence id 2, is held');
    expect(JSON.stringify([held, health, explanation.reason, metrics])).not.toContain("900O");
    await consumer.stop();
  });

  it("goes on with what one set of changes brings besides, and lets a withdrawn value heal the key", async () => {
    const consumer = createMockConsumer({ port: 9000, mode: "a" }, { guards });
    consumer.setMany({ port: 0, mode: "b" });
    expect(consumer.reader().getString("mode")).toBe("b");
    consumer.setMany({ other: 1 });
    expect([consumer.reader().getInt("port"), consumer.status().held.length]).toEqual([9000, 1]);
    consumer.unset("port", "agent-runtime");
    expect([consumer.reader().getInt("port"), consumer.status().held]).toEqual([9000, []]);
    await consumer.stop();
  });
});

it("a listener to held keys that sets another key comes after the publish that holds them, in every order that is told", async () => {
  const consumer = createMockConsumer({ port: 9000, mode: 1 }, { guards });
  const told: unknown[] = [];
  consumer.subscribe({
    onChange: ({ oldValue, newValue, sequenceId }) => void told.push([sequenceId, oldValue, newValue]),
  });
  consumer.once("held", () => consumer.set("mode", 3));
  consumer.setMany({ mode: 2, port: 0 });
  expect(told).toEqual([
    [2, 1, 2],
    [3, 2, 3],
  ]);
  expect([consumer.reader().get("mode"), consumer.reader().getSequenceId()]).toEqual([3, 3]);
  await consumer.stop();
});

describe("required settings", () => {
  it("are named in one error, the missing and the held, unless a wait goes on without them", async () => {
    const consumer = createMockConsumer({ port: "x", a: 1 }, { guards, required: ["port", "A", "Gone"] });
    const refused = expect.objectContaining({
      code: "required_settings",
      message: expect.stringMatching(/missing: "gone"; held without a good value: "port" \(must be an integer\)/),
      details: expect.objectContaining({ missing: ["gone"], held: [expect.objectContaining({ key: "port" })] }),
    });
    await expect(consumer.waitReady()).rejects.toEqual(refused);
    expect(() => consumer.waitReadySync()).toThrow(refused);
    await consumer.waitReady({ required: false });
    consumer.waitReadySync({ required: false });
    consumer.setMany({ gone: 1, port: 5 });
    await consumer.waitReady();
    await consumer.stop();
  });
});

describe("defaults", () => {
  it("stand below every layer, are visible to explain, and come back when the layers above are gone", async () => {
    const consumer = createMockConsumer({ a: 1 }, { defaults: { Port: 8080, mode: "x" } });
    const cfg = consumer.reader();
    expect([cfg.getInt("port"), cfg.getSource("port"), cfg.isConfigured("port")]).toEqual([8080, "schema", false]);
    consumer.set("port", 9000, "default");
    expect(cfg.explain("port").layers).toEqual([
      { source: "schema", value: 8080 },
      { source: "default", value: 9000 },
    ]);
    consumer.unset("port", "default");
    expect([cfg.getInt("port"), cfg.getString("mode")]).toEqual([8080, "x"]);
    consumer.snapshot({ b: 1 });
    expect([cfg.getInt("port"), cfg.isSet("a")]).toEqual([8080, false]);
    await consumer.stop();
  });

  it("are judged by the guards when the consumer is made", () => {
    expect(() => createMockConsumer({}, { guards, defaults: { port: "900O" } })).toThrow(
      'defaults["port"] breaks its guard: it must be an integer.',
    );
  });

  it("are what readers keep when the first value of the core agent is bad", async () => {
    const consumer = createMockConsumer({ port: "x" }, { guards, defaults: { port: 8080 } });
    expect([consumer.reader().getInt("port"), consumer.status().held.length]).toEqual([8080, 1]);
    await consumer.stop();
  });
});
