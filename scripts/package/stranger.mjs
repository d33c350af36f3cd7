// A stranger's first minutes: an empty folder, the tarball, and only what the README says, under two versions of Node.js.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeBinary } from "../node-versions.mjs";
import { freshProject, root, startAgent } from "./project.mjs";

const versions = [20, 24];
const timeoutMs = 90_000;

export async function checkStranger({ tell, pack, folder }) {
  // The README as it is in the package.
  const example = firstExample(readFileSync(join(root, "README.md"), "utf8"));
  for (const version of versions) {
    const project = freshProject(folder, `stranger-${version}`, [pack.file]);
    writeFileSync(join(project, "service.mjs"), example);
    const node = nodeBinary(version);
    const agent = await startAgent(project);
    try {
      const problems =
        node === undefined
          ? [`the npm package node@${version} could not be installed`]
          : await tryOut(node, project, agent);
      tell(`the README's service, in an empty folder, on Node.js ${version}`, problems);
    } finally {
      await agent.stop();
    }
  }
}

/** The first block of code, as a reader would copy it. */
export function firstExample(readme) {
  const block = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
  if (block === undefined) throw new Error("The README has no example.");
  return block;
}

async function tryOut(node, project, agent) {
  const env = { ...process.env, ...agent.env };
  const child = spawn(node, ["service.mjs"], { cwd: project, env, timeout: timeoutMs });
  let output = "";
  let again;
  const take = (chunk) => {
    output += chunk;
    if (again !== undefined || !output.includes("log level: info")) return;
    // The subscription is made right after this line; a change before it would not be seen, so it is changed again.
    let level = "warn";
    again = setInterval(() => {
      agent.set("log_level", level);
      level = level === "warn" ? "debug" : "warn";
    }, 200);
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(again);
  const seen = /^log level: info\n(log_level: .*\n)*log_level: \w+ -> debug \(agent-runtime\)\n$/.test(output);
  return code === 0 && seen ? [] : [`exit code ${code}:\n${output}`];
}
