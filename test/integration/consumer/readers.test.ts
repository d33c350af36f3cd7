/** One suite of promises over everything that reads: the streaming consumer and the local reader, and their views. */
import { writeFile } from "node:fs/promises";
import { createEffectiveConfig } from "configstream-consumer";
import { createMockConsumer } from "configstream-consumer/testing";
import { afterAll, expect, test } from "vitest";
import { Workshop } from "../../support/memory/workshop.js";
import { consumerSuite, everythingOf, type Subject } from "../../support/suites/consumer-suite.js";
import { gettersSuite } from "../../support/suites/getters-suite.js";
import { mockSubject } from "../../support/suites/mock-subject.js";
import { settings, type TestSettings } from "../../support/suites/suite-settings.js";

const workshop = new Workshop(afterAll);

function variables(env: TestSettings["env"]) {
  return Object.fromEntries(
    Object.entries(env).map(([key, value]) => [`DD_${key.toUpperCase().replaceAll(".", "_")}`, String(value)]),
  );
}

/** A YAML file with settings, and the way to change it. JSON is YAML. */
async function yamlFile(file: TestSettings["file"]) {
  let present: Parameters<Subject["change"]>[0] = file;
  const path = await workshop.file("agent.yaml", JSON.stringify(present));
  const change: Subject["change"] = async (values) => {
    present = { ...present, ...values };
    await writeFile(path, JSON.stringify(present));
  };
  return { path, change };
}

async function streaming({ defaults, file, env }: TestSettings): Promise<Subject> {
  const { path, change } = await yamlFile(file);
  const agent = await workshop.agent({ defaults, configFiles: [path], env: variables(env) });
  return { consumer: await workshop.readyConsumer(agent), change };
}

async function local({ defaults, file, env }: TestSettings): Promise<Subject> {
  const { path, change } = await yamlFile(file);
  const clientName = "test-agent";
  const consumer = await createEffectiveConfig({ clientName, defaults, configFiles: [path], env: variables(env) });
  workshop.after(() => consumer.stop());
  expect(consumer.streaming).toBe(false);
  return { consumer, change };
}

/** Its own suites are run by test/unit/testing/suites.test.ts. */
function mock(told: TestSettings): Subject {
  const subject = mockSubject(createMockConsumer, told);
  workshop.after(() => subject.consumer.stop());
  return subject;
}

const kinds = [
  ["a streaming consumer", streaming],
  ["a local configuration", local],
] as const;

for (const [name, open] of kinds) {
  gettersSuite(`${name}'s reader`, async (told) => (await open(told)).consumer.reader());
  gettersSuite(`${name}'s view`, async (told) => (await open(told)).consumer.reader().view());
  consumerSuite(name, open);
}

test("the same defaults, files and variables read the same, whether they are streamed, local or told to a mock", async () => {
  const subjects = await Promise.all(kinds.map(([, open]) => open(settings)));
  const [streamed, ...others] = [...subjects, mock(settings)].map(({ consumer }) => everythingOf(consumer.reader()));
  expect(streamed).toContainEqual(
    expect.objectContaining({ key: "port", value: 9001, source: "environment-variable" }),
  );
  for (const other of others) expect(other).toEqual(streamed);
});
