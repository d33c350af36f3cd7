// `configstream-consumer/register` in NODE_OPTIONS, as docs/start-up.md describes it: for an application in another folder, and
// beside a package manager, which inherits the variable and is left alone.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./project.mjs";

const runs = 5;

export async function checkPreload({ tell, project, agent, folder }) {
  const elsewhere = join(folder, "else where");
  mkdirSync(elsewhere);
  writeFileSync(
    join(elsewhere, "app.cjs"),
    'const consumer = globalThis[Symbol.for("configstream-consumer/registered")];\n' +
      'console.log("port:", consumer.reader().getInt("my_agent.port"));\n',
  );
  const address = 'url.pathToFileURL(require.resolve("configstream-consumer/register")).href';
  const href = run(process.execPath, ["-p", address], { cwd: project }).stdout.trim();
  const options = { NODE_OPTIONS: `--import=${href}` };
  const env = { ...process.env, ...agent.env, ...options, CONFIGSTREAM_CLIENT_NAME: "preloaded" };
  tell("NODE_OPTIONS: an application in another folder has settings", await problemsOfApp(elsewhere, env));
  // Without the variables that an application needs, which end it: nothing may happen here.
  const npm = (extra) => timed(() => run("npm", ["--version"], { cwd: elsewhere, env: extra }));
  const problems = [];
  const times = { with: [], without: [] };
  try {
    for (let index = 0; index < runs; index += 1) {
      times.without.push(npm({}));
      times.with.push(npm(options));
    }
    const [without, preloaded] = [times.without, times.with].map((all) => all.sort((a, b) => a - b)[runs >> 1]);
    console.log(`NODE_OPTIONS: npm --version takes ${without.toFixed(0)} ms, with it ${preloaded.toFixed(0)} ms`);
  } catch (error) {
    problems.push(error.message);
  }
  tell("NODE_OPTIONS: npm is left alone", problems);
}

function timed(action) {
  const start = performance.now();
  action();
  return performance.now() - start;
}

async function problemsOfApp(cwd, env) {
  const child = spawn(process.execPath, ["app.cjs"], { cwd, env, timeout: 60_000 });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
    });
  }
  const code = await new Promise((resolve) => child.on("close", resolve));
  return code === 0 && output === "port: 8126\n" ? [] : [`exit code ${code}:\n${output}`];
}
