// Starts the producer and talks with it.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../producer/main.mjs", import.meta.url));

/** A running producer: `ask(command, args)` gives its answer; see producer/main.mjs. */
export async function startProducer() {
  const dataDir = mkdtempSync(join(tmpdir(), "configstream-bench-"));
  process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
  const child = fork(main, [dataDir], { execArgv: ["--max-old-space-size=8192"] });
  const pending = new Map();
  let nextId = 0;
  const { port } = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`The producer ended with exit code ${code}.`)));
  });
  child.on("message", ({ id, ...answer }) => {
    pending.get(id)?.(answer);
    pending.delete(id);
  });
  return {
    address: `127.0.0.1:${port}`,
    authTokenFile: join(dataDir, "auth_token"),
    ipcCertFile: join(dataDir, "ipc_cert.pem"),
    ask(command, args = {}) {
      const id = ++nextId;
      child.send({ ...args, id, command });
      return new Promise((resolve) => pending.set(id, resolve));
    },
    stop() {
      child.removeAllListeners("exit");
      child.disconnect();
    },
  };
}
