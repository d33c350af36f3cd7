// Runs commands one after another or at the same time, as `main.js` does in a process of their own, but for the process: the code
// is loaded once. Each order names a command; what it says and its exit code are sent back as they come.
import { parentPort } from "node:worker_threads";
import { systemConfigFile } from "configstream-consumer/internal";
import { Interrupted } from "../../../packages/configstream/build/cli/exit.js";
import { runCli } from "../../../packages/configstream/build/cli/program.js";

const running = new Map();

parentPort.on("message", async ({ id, args, env, interrupt }) => {
  if (interrupt !== undefined) return running.get(id)?.abort(new Interrupted(interrupt));
  const stop = new AbortController();
  running.set(id, stop);
  const output = (stream) => ({
    write: (text) => parentPort.postMessage({ id, stream, text }),
    isTerminal: false,
    columns: 80,
  });
  const code = await runCli(args, {
    out: output("out"),
    err: output("err"),
    terminal: undefined,
    env,
    systemConfigFile: systemConfigFile(process.platform, env),
    interrupt: stop.signal,
  });
  running.delete(id);
  parentPort.postMessage({ id, code });
});
