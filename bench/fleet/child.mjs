// A process of a scenario that answers questions over its IPC channel.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** `ask(command, args)` gives its answer; `ready()` resolves with the next message that answers nothing; `started` is the first one. */
export async function startChild(file, ...args) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args);
  const pending = new Map();
  let nextId = 0;
  const [started] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`${file} ended with exit code ${code}.`))),
  ]);
  let onReady = () => {};
  child.on("message", ({ id, ...answer }) => {
    if (id === undefined) return onReady(answer);
    pending.get(id)?.(answer);
    pending.delete(id);
  });
  // A scenario that waits for a process that is gone would wait for ever.
  child.on("exit", (code) => code !== 0 && process.exit(1));
  return {
    started,
    ready: () =>
      new Promise((resolve) => {
        onReady = resolve;
      }),
    ask(command, more = {}) {
      const id = ++nextId;
      child.send({ ...more, id, command });
      return new Promise((resolve) => pending.set(id, resolve));
    },
    stop: () => child.disconnect(),
  };
}
