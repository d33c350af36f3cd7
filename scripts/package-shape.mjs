// Checks what `npm pack` would publish of both packages, as strangers' projects would meet it. All topics, or those that are
// named: node scripts/package-shape.mjs [contents] [installation] [types] [modules] [bundles] …
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkBundles } from "./package/bundles.mjs";
import { checkContents } from "./package/contents.mjs";
import { checkInstallation } from "./package/installation.mjs";
import { checkModules } from "./package/modules.mjs";
import { checkNextjs } from "./package/nextjs.mjs";
import { checkPnp } from "./package/pnp.mjs";
import { checkPreload } from "./package/preload.mjs";
import { freshProject, installTools, packTarballs, startAgent } from "./package/project.mjs";
import { checkRunners } from "./package/runners.mjs";
import { checkStranger } from "./package/stranger.mjs";
import { checkTypes } from "./package/types.mjs";

const topics = {
  contents: checkContents,
  installation: checkInstallation,
  types: checkTypes,
  modules: checkModules,
  bundles: checkBundles,
  runners: checkRunners,
  preload: checkPreload,
  pnp: checkPnp,
  nextjs: checkNextjs,
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
  const packs = packTarballs(folder);
  // The types of Node.js are what every TypeScript project on Node.js has.
  const project = freshProject(folder, "project", [packs.library.file, packs.command.file, "@types/node@20"]);
  agent = await startAgent(project);
  for (const [name, check] of Object.entries(topics)) {
    if (named.length === 0 || named.includes(name)) await check({ tell, packs, project, agent, folder });
  }
} finally {
  await agent?.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
