/** The suites over everything that reads, run over a mock, which reads its own memory as any consumer does. */
import { afterAll } from "vitest";
import { createMockConsumer, type MockConsumer } from "../../../src/testing/index.js";
import { consumerSuite } from "../../support/suites/consumer-suite.js";
import { gettersSuite } from "../../support/suites/getters-suite.js";
import { mockSubject } from "../../support/suites/mock-subject.js";
import type { TestSettings } from "../../support/suites/suite-settings.js";

const made: MockConsumer[] = [];
afterAll(async () => {
  for (const mock of made) await mock.stop();
});

async function open(told: TestSettings) {
  const subject = mockSubject(createMockConsumer, told);
  made.push(subject.consumer);
  return subject;
}

gettersSuite("a mock's reader", async (told) => (await open(told)).consumer.reader());
gettersSuite("a mock's view", async (told) => (await open(told)).consumer.reader().view());
consumerSuite("a mock", open);
