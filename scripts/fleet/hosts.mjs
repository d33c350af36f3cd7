// Starts the hosts' processes, and keeps what each of their consumers has read.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { consumersPerHost, hostCount } from "./place.mjs";

const program = fileURLToPath(new URL("host.mjs", import.meta.url));
const stopTimeoutMs = 5_000;

export function startHosts({ endpoints, folder, signal }) {
  /** By host and consumer: what it read last. */
  const latest = new Map();
  const counts = { halves: 0, backwards: 0 };
  const children = [];
  let onRead = () => {};
  let stopping = false;

  const take = (host, { consumer, number, whole, ms, workers }) => {
    const name = `${host}.${consumer}`;
    if (!whole) counts.halves += 1;
    if (number < (latest.get(name)?.number ?? -1)) counts.backwards += 1;
    latest.set(name, { number, workers });
    onRead({ name, number, ms });
  };

  const start = async (host) => {
    const child = fork(program, [join(folder, `host-${host}`), ...endpoints], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    children.push(child);
    await new Promise((ready, reject) => {
      child.on("message", (message) => (message.ready ? ready() : take(host, message)));
      child.once("exit", () => reject(new Error(`The process of host ${host} ended.`)));
    });
  };

  return {
    counts,
    /** Resolves when all consumers have their first settings. */
    async start() {
      await Promise.all(Array.from({ length: hostCount }, (_unused, host) => start(host + 1)));
    },
    /** Calls back with each reading: who, the number of the transaction, and the time since it was put, in ms. */
    observe(callback) {
      onRead = callback;
    },
    readers: () => [...latest.values()],
    /** Resolves when all consumers have read what `holds` says. */
    async allRead(holds, timeoutMs = 60_000) {
      const endMs = Date.now() + timeoutMs;
      const count = () => [...latest.values()].filter(holds).length;
      while (count() < hostCount * consumersPerHost) {
        signal.throwIfAborted();
        if (Date.now() > endMs)
          throw new Error(`only ${count()} of ${hostCount * consumersPerHost} consumers have it.`);
        await new Promise((done) => setTimeout(done, 5));
      }
    },
    async stop() {
      if (stopping) return;
      stopping = true;
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = once(child, "exit");
          if (child.connected) child.disconnect();
          const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
          await ended;
          clearTimeout(timer);
        }),
      );
    },
  };
}
