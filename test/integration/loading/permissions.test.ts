import { expect, test } from "vitest";
import { optionsFor, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();
const known = process.allowedNodeEnvironmentFlags;

/** The permission model, with all that the engine needs, except threads. */
const restricted = [
  known.has("--permission") ? "--permission" : "--experimental-permission",
  "--allow-fs-read=*",
  ...(known.has("--allow-net") ? ["--allow-net"] : []),
  "--no-warnings",
  "--input-type=module",
  "-e",
];

const code = (options: object) => `
  import { createConsumer } from "configstream-consumer";
  const consumer = createConsumer(${JSON.stringify(options)});
  try {
    await consumer.start();
    await consumer.waitReady();
    console.log("port", consumer.reader().getInt("my_agent.port"));
  } catch (error) {
    console.log(error.code, error.message);
  }
  await consumer.stop();
`;

test('where threads are not allowed, isolation: "none" streams all the same', async () => {
  const agent = await workshop.agent({ defaults: { "my_agent.port": 8126 } });
  const child = workshop.node([...restricted, code({ ...optionsFor(agent), isolation: "none" })]);
  expect(await child.ended).toBe(0);
  expect(child.output).toBe("port 8126\n");
});

test("where threads are not allowed, start says which flag and which option help", async () => {
  const agent = await workshop.agent();
  const child = workshop.node([...restricted, code(optionsFor(agent))]);
  expect(await child.ended).toBe(0);
  expect(child.output).toMatch(/^worker_died No worker thread could be started .*--allow-worker.*isolation: "none"/);
});
