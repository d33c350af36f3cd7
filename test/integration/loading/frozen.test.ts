import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

/** A process that has frozen what all objects share, before it loads the package. */
async function inFrozenProcess(names: string, code: string): Promise<string> {
  const index = new URL("../../../dist/index.js", import.meta.url);
  const testing = new URL("../../../dist/testing/index.js", import.meta.url);
  const text = `
    for (const shared of [${names}]) Object.freeze(shared.prototype);
    const { createConsumer, InvalidOptionError, ConsumerStoppedError } = await import(${JSON.stringify(index.href)});
    const { createMockConsumer } = await import(${JSON.stringify(testing.href)});
    ${code}`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", text], { timeout: 30_000 });
  return stdout.trim();
}

const worker = `
  try { createConsumer({}); } catch (error) { console.log(error.name, error instanceof InvalidOptionError); }
  const consumer = createConsumer({ clientName: "frozen", coreAgentAddress: "localhost:1", authTokenFile: "/x", ipcCertFile: "/x" });
  const wait = consumer.waitReady().catch((error) => console.log(error.name, error instanceof ConsumerStoppedError));
  await consumer.start();
  await consumer.stop();
  await wait;
  const mock = createMockConsumer({ a: 1 });
  mock.subscribe({ onChange: ({ newValue }) => console.log(newValue) });
  mock.set("a", 2);`;
const expected = "InvalidOptionError true\nConsumerStoppedError true\n2";

it("a process that has frozen Error.prototype can make the library's errors, and stop", async () => {
  expect(await inFrozenProcess("Error", worker)).toBe(expected);
}, 40_000);

it("so can one that has frozen the prototypes of arrays, objects, functions, maps and promises as well", async () => {
  expect(await inFrozenProcess("Error, TypeError, Array, Object, Function, Map, Set, Promise", worker)).toBe(expected);
}, 40_000);
