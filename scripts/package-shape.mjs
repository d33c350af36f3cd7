// Checks what `npm pack` would publish, as strangers' projects would meet it. All topics, or those that are named:
// node scripts/package-shape.mjs [contents] [types] [modules] [bundles] [stranger]
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkBundles } from "./package/bundles.mjs";
import { checkContents } from "./package/contents.mjs";
import { checkModules } from "./package/modules.mjs";
import { freshProject, installTools, packTarball, startAgent } from "./package/project.mjs";
import { checkStranger } from "./package/stranger.mjs";
import { checkTypes } from "./package/types.mjs";

const topics = {
  contents: checkContents,
  types: checkTypes,
  modules: checkModules,
  bundles: checkBundles,
  stranger: checkStranger,
};
const named = process.argv.slice(2);
const unknown = named.find((name) => !(name in topics));
if (unknown !== undefined) throw new Error(`Unknown topic ${unknown}; there are ${Object.keys(topics).join(", ")}.`);

const counts = { passed: 0, failed: 0 };

/** Reports one check; it has passed when there are no problems. */
function tell(name, problems) {
  counts[problems.length === 0 ? "passed" : "failed"] += 1;
  if (problems.length === 0) console.log(`ok ${name}`);
  for (const problem of problems) console.log(`FAILED ${name}: ${problem}`);
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), "package-shape-")));
let agent;
try {
  installTools();
  const pack = packTarball(folder);
  // The types of Node.js are what every TypeScript project on Node.js has.
  const project = freshProject(folder, "project", [pack.file, "@types/node@20"]);
  agent = await startAgent(project);
  for (const [name, check] of Object.entries(topics)) {
    if (named.length === 0 || named.includes(name)) await check({ tell, pack, project, agent, folder });
  }
} finally {
  await agent?.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
