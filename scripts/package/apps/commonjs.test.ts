// Run by Jest in a CommonJS project, compiled by ts-jest. Jest gives each test file globals of its own.
import {
  ConfigStreamError,
  createConsumer,
  createEffectiveConfig,
  InvalidOptionError,
  type Reader,
} from "configstream-consumer";
import { createMockConsumer } from "configstream-consumer/testing";

it("a mock is read, and errors are of their class", () => {
  const reader: Reader = createMockConsumer({ log_level: "trace" }).reader();
  expect(reader.getString("log_level")).toBe("trace");
  expect(() => createConsumer({ clientName: "" })).toThrow(InvalidOptionError);
});
it.each(["worker", "none"] as const)("a consumer with isolation %s follows a core agent", async (isolation) => {
  const consumer = createConsumer({ clientName: "jest", isolation });
  await consumer.start();
  await consumer.waitReady({ timeoutMs: 10_000 });
  expect(consumer.reader().getInt("my_agent.port")).toBe(8126);
  expect(await consumer.metrics.metrics()).toContain('state="live"} 1');
  await consumer.stop();
});
it("a local configuration is read", async () => {
  const local = await createEffectiveConfig({ clientName: "local", defaults: { answer: 42 }, env: {} });
  expect(local.reader().getInt("answer")).toBe(42);
  await local.stop();
  expect(ConfigStreamError.from(new Error("x"))).toBeInstanceOf(ConfigStreamError);
});
