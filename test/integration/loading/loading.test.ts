import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createCoreAgent } from "configstream/core-agent";
import { expect, it } from "vitest";
import { root } from "../../support/documents/documents.js";
import { environmentOf } from "../../support/documents/example-process.js";

const run = promisify(execFile);

// In a process of its own: in this one the tests have loaded prom-client.
const prelude = `
import { createRequire } from "node:module";
import { attachReader, createConsumer, createEffectiveConfig } from "configstream-consumer";
import { createMockConsumer } from "configstream-consumer/testing";
const { cache } = createRequire(process.cwd() + "/");
const loadedAtFirst = Object.keys(cache);
const isLoaded = () => Object.keys(cache).some((file) => /node_modules.prom-client\\W/.test(file));
`;

async function output(program: string, { flags = [], env = {} }: { flags?: readonly string[]; env?: object } = {}) {
  const args = [...flags, "--input-type=module", "-e", prelude + program];
  const { stdout, stderr } = await run(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  return stderr + stdout;
}

const reading = `
const consumer = createConsumer({ clientName: "reads", isolation: process.env.ISOLATION });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });
consumer.subscribe({ key: "port" });
const attached = attachReader(consumer.share());
console.log(consumer.reader().getInt("port"), attached.getInt("port"), consumer.status().state, isLoaded());
const { metrics } = consumer;
const { Counter, Registry } = await import("prom-client");
console.log(isLoaded(), metrics instanceof Registry, metrics === consumer.metrics, attached.metrics instanceof Registry);
const own = new Registry();
new Counter({ name: "own", help: "own", registers: [own] });
const text = await Registry.merge([metrics, own]).metrics();
console.log(text.match(/^own 0|^configstream_consumer_state{.*} 1$/gm).join());
await consumer.stop();
`;

const read = `true true true true\nconfigstream_consumer_state{client="reads",state="live"} 1,own 0\n`;

it("importing the package loads no CommonJS package, whose loader takes a while, and no native code", async () => {
  expect(
    await output(
      "console.log(loadedAtFirst, process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node')));",
    ),
  ).toBe("[] []\n");
}, 90_000);

it.each(["worker", "none"])(
  "a consumer runs without prom-client until its metrics are asked for, which are the application's own kind, with isolation %s",
  async (isolation) => {
    await using agent = createCoreAgent({ address: "127.0.0.1:0", defaults: { port: 8126 }, env: false });
    await agent.start();
    const env = { ...environmentOf(agent), ISOLATION: isolation };
    expect(await output(reading, { env })).toBe(`8126 8126 live false\n${read}`);
    // What a bundle gets is there from the beginning, and the same otherwise.
    expect(await output(reading, { env, flags: ["--conditions=module"] })).toBe(`8126 8126 live true\n${read}`);
  },
  90_000,
);

it("consumers without a core agent run without prom-client as well, until their metrics are asked for", async () => {
  const program = `
const local = await createEffectiveConfig({ clientName: "local", defaults: { a: 1 }, env: {} });
const mock = createMockConsumer({ a: 1 });
mock.set("a", 2);
await local.stop();
console.log(local.reader().getInt("a"), mock.reader().getInt("a"), isLoaded());
for (const { metrics } of [local, mock]) {
  console.log(/^configstream_consumer_snapshots_applied.*/m.exec(await metrics.metrics())[0]);
}
console.log(isLoaded());
`;
  expect(await output(program)).toBe(
    `1 2 false\n${["local", "mock"].map((name) => `configstream_consumer_snapshots_applied{client="${name}"} 1\n`).join("")}true\n`,
  );
}, 90_000);
