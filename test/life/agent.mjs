/** Starts {@link file://./agent-process.mjs} and talks with it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A core agent with so many keys, in its own process. */
export async function startAgent(keys) {
  const dataDir = await mkdtemp(join(tmpdir(), "configstream-life-"));
  const file = fileURLToPath(new URL("./agent-process.mjs", import.meta.url));
  const child = fork(file, [String(keys), dataDir], { execArgv: [] });
  const exited = once(child, "exit");
  const [{ address, authTokenFile, ipcCertFile }] = await once(child, "message");
  const waiting = new Map();
  let lastId = 0;
  child.on("message", ({ id, answer }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  const ask = (kind, rest) =>
    new Promise((resolve) => {
      waiting.set(++lastId, resolve);
      child.send({ id: lastId, kind, ...rest });
    });
  return {
    options: { coreAgentAddress: address, authTokenFile, ipcCertFile },
    /** Updates a second from now on. */
    rate: (perSecond) => ask("rate", { perSecond }),
    /** Goes away, and comes back with the same settings after `ms`. */
    outage: (ms) => ask("outage", { ms }),
    set: (key, value) => ask("set", { key, value }),
    state: () => ask("state"),
    async stop() {
      child.send({ kind: "stop" });
      await exited;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
