import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";

const run = promisify(execFile);
const library = new URL("../../../dist/index.js", import.meta.url).href;
const coreAgent = new URL("../../../packages/configstream/dist/core-agent/index.js", import.meta.url).href;

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "core-agent-frozen-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** Starts a core agent and a consumer of it, changes a setting, and prints what the consumer reads, or the error. */
const code = `
  const { createCoreAgent } = await import(${JSON.stringify(coreAgent)});
  const { createConsumer } = await import(${JSON.stringify(library)});
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: {}, defaults: { port: 1 }, dataDir: process.argv[1] });
  try {
    await agent.start();
    const { address, authTokenFile, ipcCertFile } = agent;
    const consumer = createConsumer({ clientName: "frozen", coreAgentAddress: address, authTokenFile, ipcCertFile });
    await consumer.start();
    await consumer.waitReady();
    const changed = new Promise((done) => consumer.subscribe({ onChange: done }));
    agent.set("port", 2);
    await changed;
    console.log(consumer.reader().getInt("port"));
    await consumer.stop();
  } catch (error) {
    console.log(error.code, error.message);
  } finally {
    await agent.stop();
  }`;

async function inProcess(...flags: readonly string[]): Promise<string> {
  const args = [...flags, "--no-warnings", "--input-type=module", "-e", code, dataDir];
  return (await run(process.execPath, args, { timeout: 60_000 })).stdout.trim();
}

it("a core agent and its consumer work with --frozen-intrinsics, once there is a certificate", async () => {
  expect(await inProcess()).toBe("2");
  expect(await inProcess("--frozen-intrinsics")).toBe("2");
}, 90_000);

it("a core agent that would have to make a certificate with --frozen-intrinsics says why it cannot, and what helps", async () => {
  const said = await inProcess("--frozen-intrinsics");
  expect(said).toMatch(/^credentials The core agent cannot use .*ipc_cert\.pem: it does not exist, and cannot be made/);
  expect(said).toContain("make it with `configstream agent` in another one");
}, 90_000);
