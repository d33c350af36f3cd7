// A stranger's first ten minutes: an empty folder, the tarball, and only what the README in it says, command by command, under
// two versions of Node.js.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { nodeBinary } from "../node-versions.mjs";
import { run } from "./project.mjs";

const versions = [20, 24];
const timeoutMs = 90_000;

export async function checkStranger({ tell, packs, project, folder }) {
  const readme = readFileSync(join(project, "node_modules", "configstream-consumer", "README.md"), "utf8");
  for (const version of versions) {
    const node = nodeBinary(version);
    const name = `the README's first ten minutes, on Node.js ${version}`;
    if (node === undefined) tell(name, [`the npm package node@${version} could not be installed`]);
    else tell(name, await problemsOf(node, join(folder, `stranger-${version}`), readme, packs));
  }
}

async function problemsOf(node, cwd, readme, packs) {
  mkdirSync(cwd);
  // 5001 may be taken here; the stranger has the machine alone.
  const env = { PATH: dirname(node) + delimiter + process.env.PATH, DD_CMD_PORT: String(await freePort()) };
  const { example, agentCommands, serviceCommands } = partsOf(readme);
  writeFileSync(join(cwd, "service.mjs"), example);
  const agentCommand = agentCommands.pop();
  for (const command of agentCommands) {
    // The one difference: the packages are not yet where npm would look for them.
    const tarballs = `install --silent ${packs.library.file} ${packs.command.file}`;
    run("sh", ["-c", command.replace("install configstream-consumer configstream", tarballs)], { cwd, env });
  }
  const agent = start(agentCommand, cwd, env);
  try {
    await agent.says(/ipc_cert\.pem/);
    const service = start(serviceCommands.join("\n"), cwd, env);
    await service.says(/^log level: info$/m);
    writeFileSync(join(cwd, "datadog.yaml"), "log_level: debug\n");
    const code = await service.ended;
    const seen = service.output() === "log level: info\nlog_level: info -> debug (file)\n";
    return code === 0 && seen ? [] : [`exit code ${code}:\n${service.output()}`];
  } catch (error) {
    return [error.message];
  } finally {
    agent.end();
    await agent.ended;
  }
}

/** What a reader would copy: the first program, and the commands of the two terminals. */
function partsOf(readme) {
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
  const section = readme.slice(readme.indexOf("## Try it"));
  const [agent, service] = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block.trim().split("\n"));
  if (example === undefined || agent === undefined || service === undefined) {
    throw new Error("The README has no example, or not the commands of two terminals.");
  }
  return { example, agentCommands: agent, serviceCommands: service };
}

/** A terminal: a shell in a process group of its own, so that what it started ends with it. */
function start(command, cwd, env) {
  const child = spawn("sh", ["-c", command], { cwd, env: { ...process.env, ...env }, detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
    });
  }
  let isOver = false;
  const end = () => !isOver && process.kill(-child.pid, "SIGTERM");
  const limit = setTimeout(end, timeoutMs);
  const ended = new Promise((resolve) => child.on("close", resolve)).finally(() => {
    isOver = true;
    clearTimeout(limit);
  });
  return {
    ended,
    end,
    output: () => output,
    async says(pattern) {
      while (!pattern.test(output)) {
        if (isOver) throw new Error(`\`${command}\` ended without saying ${pattern}:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
