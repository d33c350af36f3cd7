/** A mock consumer with the settings of the suites, and the way to change them. */
import type { MockConsumer } from "configstream-consumer/testing";
import type { Subject } from "./consumer-suite.js";
import type { TestSettings } from "./suite-settings.js";

export function mockSubject(
  createMockConsumer: (file: TestSettings["file"]) => MockConsumer,
  { defaults, file, env }: TestSettings,
): Subject & { readonly consumer: MockConsumer } {
  const consumer = createMockConsumer(file);
  for (const [key, value] of Object.entries(defaults)) consumer.set(key, value, "default");
  for (const [key, value] of Object.entries(env)) consumer.set(key, value, "environment-variable");
  return {
    consumer,
    async change(values) {
      for (const [key, value] of Object.entries(values)) {
        if (value === undefined) consumer.unset(key, "file");
        else consumer.set(key, value, "file");
      }
    },
  };
}
