// Runs commands one after another or at the same time, as `main.js` does in a process of their own, but for the process: the code
// is loaded once. Answers each order with the exit code and with what was said.
import { parentPort } from "node:worker_threads";
import { systemConfigFile } from "configstream-consumer/internal";
import { runCli } from "../../../packages/configstream/build/cli/program.js";

parentPort.on("message", async ({ id, args, env }) => {
  const said = { out: "", err: "" };
  const output = (name) => ({
    write: (text) => {
      said[name] += text;
    },
    isTerminal: false,
    columns: 80,
  });
  const code = await runCli(args, {
    out: output("out"),
    err: output("err"),
    terminal: undefined,
    env,
    systemConfigFile: systemConfigFile(process.platform, env),
    interrupt: new AbortController().signal,
  });
  parentPort.postMessage({ id, ended: { code, ...said } });
});
