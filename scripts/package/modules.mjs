// The installed package under every supported Node.js: `import`, `require` and the command, each against a core agent.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { nodeBinary, supportedMajors } from "../node-versions.mjs";
import { apps, run } from "./project.mjs";
import { problemsOfRun } from "./running.mjs";

/** The oldest version that package.json admits, and the newest of each line. */
const versions = ["20.19.0", ...supportedMajors];

export async function checkModules({ tell, project, agent }) {
  for (const app of ["reads.mjs", "reads.cjs"]) copyFileSync(join(apps, app), join(project, app));
  for (const version of versions) {
    const node = nodeBinary(version);
    if (node === undefined) {
      tell(`Node.js ${version}`, [`the npm package node@${version} could not be installed`]);
      continue;
    }
    for (const isolation of ["worker", "none"]) {
      const options = { agent, cwd: project, isolation };
      tell(`Node.js ${version}: import, isolation "${isolation}"`, await problemsOfRun(node, "reads.mjs", options));
    }
    tell(`Node.js ${version}: require`, problemsOfRequire(node, project, agent));
    tell(`Node.js ${version}: the command`, problemsOfCommand(node, project));
  }
}

function problemsOfRequire(node, project, agent) {
  try {
    const { stdout, stderr } = run(node, ["reads.cjs"], { cwd: project, env: agent.env });
    const output = stdout + stderr;
    return output === "mock: trace\nport: 8126\n" ? [] : [output];
  } catch (error) {
    return [error.message];
  }
}

function problemsOfCommand(node, project) {
  try {
    const { stdout } = run(node, [join("node_modules", ".bin", "configstream"), "--version"], { cwd: project });
    return /^\d+\.\d+\.\d+\n$/.test(stdout) ? [] : [stdout];
  } catch (error) {
    return [error.message];
  }
}
