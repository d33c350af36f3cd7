import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createCoreAgent } from "configstream-consumer/core-agent";
import { expect, it } from "vitest";
import { root } from "../support/documents.js";
import { environmentOf } from "../support/example-process.js";

const run = promisify(execFile);

/** Goes through everything up to the first snapshot, with the worker's code in the thread that can be looked into. */
const program = `
import { createRequire } from "node:module";
import { createConsumer } from "configstream-consumer";
const consumer = createConsumer({ clientName: "loads", isolation: "none" });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });
await consumer.stop();
const files = Object.keys(createRequire(import.meta.url).cache).map((file) => file.replaceAll("\\\\", "/"));
const packages = files.map((file) => /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
console.log(JSON.stringify([...new Set(packages)]));
`;

it("a consumer that is ready has loaded grpc-js, and nothing of proto-loader and protobufjs", async () => {
  await using agent = createCoreAgent({ address: "127.0.0.1:0", defaults: { "my_agent.port": 8126 }, env: false });
  await agent.start();
  const options = { cwd: root, env: { ...process.env, ...environmentOf(agent) }, timeout: 60_000 };
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], options);
  const packages: string[] = JSON.parse(stdout);
  expect(packages).toContain("@grpc/grpc-js");
  expect(packages.filter((name) => /^@grpc\/proto-loader$|protobufjs/.test(name))).toEqual([]);
}, 90_000);
