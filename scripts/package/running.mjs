// Runs the application of apps/reads.mjs, bundled or not, against a core agent, and says what was wrong.
import { spawn } from "node:child_process";

const timeoutMs = 90_000;
let runs = 0;

/**
 * Runs `node file`, changes the log level once it has become ready, and gives what differs from what it should say.
 * `readsFiles`: it also tries what is loaded for a local configuration only.
 */
export async function problemsOfRun(node, file, { agent, cwd, isolation = "worker", readsFiles = true }) {
  const level = `level-${++runs}`;
  const child = spawn(node, [file, isolation, level], {
    cwd,
    env: { ...process.env, ...agent.env },
    timeout: timeoutMs,
  });
  let output = "";
  let changed = false;
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    output += chunk;
    if (changed || !output.includes("port:")) return;
    changed = true;
    agent.set("log_level", level);
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    errors += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  const local = readsFiles ? ["local: 42"] : [];
  const expected = [
    "true InvalidOptionError invalid_option",
    ...local,
    "metrics: true",
    "port: 8126",
    `log_level: ${level}`,
  ];
  const missing = expected.filter((line) => !output.split("\n").includes(line));
  // A warning of Node.js, such as that `require` of an ES module is experimental, counts as well.
  if (code === 0 && errors === "" && missing.length === 0) return [];
  return [`exit code ${code}, without ${JSON.stringify(missing)}:\n${output}${errors}`];
}
