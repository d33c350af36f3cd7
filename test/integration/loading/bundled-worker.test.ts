import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createCoreAgent } from "configstream/core-agent";
import { expect, it } from "vitest";
import { root } from "../../support/documents/documents.js";
import { environmentOf } from "../../support/documents/example-process.js";

const run = promisify(execFile);

const program = `
import { bundledWorker } from "#bundled-worker";
import { createConsumer } from "configstream-consumer";
const isolation = process.argv[1];
const consumer = createConsumer({ clientName: "bundled", isolation });
const started = consumer.start();
if (isolation === "worker") consumer.waitReadySync({ timeoutMs: 30_000 });
else await consumer.waitReady({ timeoutMs: 30_000 });
await started;
console.log(typeof bundledWorker, consumer.reader().getInt("my_agent.port"));
await consumer.stop();
`;

it.each([
  [[], "worker", "undefined 8126\n"],
  [[], "none", "undefined 8126\n"],
  // The condition that bundlers set.
  [["--conditions=module"], "worker", "string 8126\n"],
  [["--conditions=module"], "none", "string 8126\n"],
] as const)(
  "with the conditions %j and isolation %s the worker's code is found",
  async (flags, isolation, expected) => {
    await using agent = createCoreAgent({ address: "127.0.0.1:0", defaults: { "my_agent.port": 8126 }, env: false });
    await agent.start();
    const args = [...flags, "--input-type=module", "-e", program, isolation];
    const options = { cwd: root, env: { ...process.env, ...environmentOf(agent) }, timeout: 60_000 };
    // In a process of its own, because conditions hold for a whole process.
    const pending = run(process.execPath, args, options);
    expect(await pending).toEqual({ stdout: expected, stderr: "" });
  },
  90_000,
);
