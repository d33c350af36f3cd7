import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createCoreAgent } from "configstream/core-agent";
import { expect, it } from "vitest";
import { root } from "../../support/documents/documents.js";
import { environmentOf } from "../../support/documents/example-process.js";
import { dist } from "../../support/memory/workshop.js";

const run = promisify(execFile);

/** Goes through everything up to the first snapshot, with the worker's code in the thread that the test can inspect. */
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

it.each([
  ["that serves nothing loads and runs nothing of what others serve", false],
  ["that serves loads it, in the thread that can be looked into", true],
])(
  "a consumer %s",
  async (_promise, serve) => {
    await using agent = createCoreAgent({ address: "127.0.0.1:0", defaults: { "my_agent.port": 8126 }, env: false });
    await agent.start();
    const hooks = `
    import { writeSync } from "node:fs";
    export const load = (url, context, next) => (writeSync(1, url + "\\n"), next(url, context));`;
    const consuming = `
    import { register } from "node:module";
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});
    const { createConsumer } = await import("configstream-consumer");
    const consumer = createConsumer({ clientName: "loads", isolation: "none", serve: ${serve} });
    await consumer.start();
    await consumer.waitReady({ timeoutMs: 30_000 });
    const listening = process.getActiveResourcesInfo().filter((kind) => kind === "TCPServerWrap");
    console.log("listening: " + listening.length);
    await consumer.stop();`;
    const options = { cwd: root, env: { ...process.env, ...environmentOf(agent) }, timeout: 60_000 };
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", consuming], options);
    expect(stdout).toContain("/dist/worker/thread.js");
    expect(/\/worker\/providers\/(?!lazily)/.test(stdout)).toBe(serve);
    expect(stdout).toContain(`listening: ${serve ? 1 : 0}\n`);
  },
  90_000,
);

it("importing the package loads its code from one file, and of others only what bundles replace", async () => {
  const hooks = `
    import { writeSync } from "node:fs";
    export const load = (url, context, next) => (writeSync(1, url + "\\n"), next(url, context));`;
  const importer = `
    import { register } from "node:module";
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});
    await import("configstream-consumer");`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", importer], { cwd: root });
  const own = [...stdout.matchAll(/^file:.*\/dist\/(?!esm\/)(.*)$/gm)].map(([, path]) => path).sort();
  expect(own).toEqual([
    "index.js",
    "main/hosting/bundled-worker.js",
    "main/hosting/library.generated.js",
    "main/status/prom-client-node.js",
    "shared/guards/engines-node.js",
  ]);
});

it("every entry of the package, and the code of a worker that runs in this thread, throw errors of the same classes", async () => {
  const agentFile = pathToFileURL(join(root, "packages/configstream/dist/core-agent/index.js")).href;
  const [library, inWorker, agent, testing] = await Promise.all(
    [dist("index.js"), dist("shared/errors.js"), agentFile, dist("testing/index.js")].map((file) => import(file)),
  );
  expect(inWorker.ConfigStreamError).toBe(library.ConfigStreamError);
  expect(() => agent.createCoreAgent({ address: "nowhere" })).toThrow(library.InvalidOptionError);
  expect(() => testing.createMockConsumer({}, { unknown: true })).toThrow(library.InvalidOptionError);
});
