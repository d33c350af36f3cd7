// Workers that die, the end of a process, and the ways to run without a worker.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { attachReader } from "configstream-consumer";
import { startAgent, startConsumer, suite, until } from "./support.mjs";

const thread = new URL("../../dist/worker/thread.js", import.meta.url).href;

/** A worker that dies in some way once a file is there. */
function mortalWorker(after, death) {
  const directory = mkdtempSync(join(tmpdir(), "configstream-mortal-"));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const order = join(directory, "order");
  const entry = join(directory, "worker.mjs");
  const look = `if (!existsSync(order)) return; rmSync(order); ${death};`;
  writeFileSync(
    entry,
    `import { existsSync, rmSync } from "node:fs";
const order = ${JSON.stringify(order)};
setInterval(() => { ${look} }, 20);
await import(${JSON.stringify(thread)});
`,
  );
  return {
    workerUrl: pathToFileURL(entry),
    kill: () => writeFileSync(order, ""),
    isObeyed: () => !existsSync(order),
  };
}

function replacedAfter(death, more = {}) {
  return async (after) => {
    const { ask, options } = await startAgent(after);
    const { workerUrl, kill, isObeyed } = mortalWorker(after, death);
    const consumer = await startConsumer(after, { ...options, workerUrl, ...more });
    const reader = consumer.reader();
    const other = attachReader(consumer.share());
    for (let life = 1; life <= 2; life++) {
      kill();
      await until(isObeyed, "the death");
      assert.equal(reader.getString("log_level"), "info");
      await until(() => consumer.status().workerRestarts >= life, "another worker");
      await ask("setMany", { count: life });
      await until(() => reader.getInt("count") === life && other.getInt("count") === life, "its first change");
      await until(() => consumer.status().state === "live", "a live stream");
    }
  };
}

/** Runs a program in this runtime; gives its exit code and what it printed. */
async function run(code, env) {
  const args = globalThis.Deno === undefined ? [] : ["run", "-A"];
  const file = new URL(`.program-${process.pid}.mjs`, import.meta.url);
  writeFileSync(file, code);
  try {
    const child = spawn(process.execPath, [...args, file.pathname], { env: { ...process.env, ...env } });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        out += text;
      });
    }
    const [exitCode] = await once(child, "close");
    return { exitCode, out };
  } finally {
    rmSync(file);
  }
}

await suite("life", {
  "a worker that exits is replaced; reads go on, and changes arrive again": replacedAfter("process.exit(3)"),
  "so is one that ends by an uncaught error": replacedAfter("throw new Error('a defect')"),
  "so is one that is stuck": replacedAfter("for (;;);", { workerTimeoutMs: 4_000 }),
  "without a worker it does the same in the thread of the application": async (after) => {
    const { ask, options } = await startAgent(after);
    const consumer = await startConsumer(after, { ...options, isolation: "none" });
    await ask("setMany", { count: 5 });
    await until(() => consumer.reader().getInt("count") === 5, "the change");
  },
  "a consumer that is not stopped keeps no process alive": async (after) => {
    const { options } = await startAgent(after);
    const code = `import { createConsumer } from "configstream-consumer";
const consumer = createConsumer(JSON.parse(process.env.OPTIONS));
await consumer.start();
await consumer.waitReady();
console.log(consumer.reader().getString("log_level"));
`;
    assert.deepEqual(await run(code, { OPTIONS: JSON.stringify(options) }), { exitCode: 0, out: "info\n" });
  },
  "settings are there before the first line, with the module that registers": async (after) => {
    const { options } = await startAgent(after);
    const [host, port] = options.coreAgentAddress.split(":");
    const code = `import "configstream-consumer/register";
import { getRegisteredReader } from "configstream-consumer";
console.log(getRegisteredReader().getString("log_level"));
`;
    const env = {
      CONFIGSTREAM_CLIENT_NAME: "runtimes",
      DD_CMD_HOST: host,
      DD_CMD_PORT: port,
      DD_AUTH_TOKEN_FILE_PATH: options.authTokenFile,
      DD_IPC_CERT_FILE_PATH: options.ipcCertFile,
    };
    assert.deepEqual(await run(code, env), { exitCode: 0, out: "info\n" });
  },
});
