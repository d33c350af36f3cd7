// Builds dist/ from src/: compiles the wire contract into a module, runs the TypeScript compiler, puts the library's modules
// together, and bundles the worker.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { bundleLibrary } from "./bundle-library.mjs";
import { bundleWorker } from "./bundle-worker.mjs";
import { compileContract } from "./compile-contract.mjs";
import { filesBelow, isUpToDate } from "./files.mjs";
import { dist, modules, root } from "./places.mjs";

compileContract();
compile();
for (const folder of [modules, dist]) removeLeftovers(folder);
const sources = [
  ...filesBelow(modules),
  ...["bundle-library", "bundle-worker", "places", "rolled"].map((name) => join(root, "scripts", `${name}.mjs`)),
  join(root, "package-lock.json"),
];
for (const { made, make } of [bundleLibrary(), bundleWorker()]) {
  if (!isUpToDate(made, sources)) await make();
}

function compile() {
  const buildInfo = join(root, "node_modules", ".cache", "build.tsbuildinfo");
  // The incremental cache trusts that what it emitted is still there; without these folders it would emit nothing.
  if (![modules, dist].every((folder) => existsSync(folder))) rmSync(buildInfo, { force: true });
  const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = typescript.replace(/package\.json$/, JSON.parse(readFileSync(typescript, "utf8")).bin.tsc);
  const { status } = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** What was made of sources that are gone, and would otherwise be packed. */
function removeLeftovers(folder) {
  for (const file of filesBelow(folder)) {
    const name = file.slice(folder.length + 1);
    const source = /^(.*?)(\.d)?\.[jt]s(\.map)?$/.exec(name)?.[1];
    if (source === undefined || source.endsWith(".generated")) continue;
    if (!existsSync(join(root, "src", `${source}.ts`))) rmSync(file);
  }
}
