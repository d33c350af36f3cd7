// Builds both packages: compiles the wire contract into a module, runs the TypeScript compiler, puts the library's modules
// together, and bundles the worker; then compiles the package of the command and the core agent against the library's, and puts
// its modules together as well.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { bundleCommand } from "./build/bundle-command.mjs";
import { bundleCommonJs } from "./build/bundle-commonjs.mjs";
import { bundleGuardEngines } from "./build/bundle-guard-engines.mjs";
import { bundleLibrary } from "./build/bundle-library.mjs";
import { bundleWorker } from "./build/bundle-worker.mjs";
import { compileContract } from "./build/compile-contract.mjs";
import { copyDeclarations } from "./build/declarations.mjs";
import { allBelow, filesBelow, isUpToDate } from "./build/files.mjs";
import { companion, companionModules, dist, modules, root } from "./places.mjs";

compileContract();
const settings = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"].map((name) => join(root, name));
compile(join(root, "tsconfig.build.json"), "build", [modules], [...allBelow(join(root, "src")), ...settings]);
mkdirSync(dist, { recursive: true });
for (const folder of [modules, dist]) removeLeftovers(folder, join(root, "src"));
const sources = [
  ...filesBelow(modules),
  ...filesBelow(join(root, "scripts", "build")),
  join(root, "package-lock.json"),
];
for (const part of [copyDeclarations(), bundleGuardEngines(), bundleLibrary(), bundleCommonJs(), bundleWorker()]) {
  await renew(part, sources);
}
const command = join(companion, "dist");
compile(
  join(companion, "tsconfig.json"),
  "configstream",
  [companionModules, command],
  [...allBelow(join(companion, "src")), ...filesBelow(dist), ...settings, join(companion, "tsconfig.json")],
);
for (const folder of [companionModules, command]) removeLeftovers(folder, join(companion, "src"));
await renew(bundleCommand(), [...filesBelow(companionModules), ...filesBelow(join(root, "scripts", "build"))]);
chmodSync(join(command, "cli", "main.js"), 0o755);

/** Makes anew what is older than what it is made of. */
async function renew({ made, make }, sources) {
  if (!isUpToDate(made, sources)) await make();
}

/** Runs the compiler on one project, which keeps what it knows in a file of the given name, unless nothing of `sources` is newer. */
function compile(project, name, folders, sources) {
  const buildInfo = join(root, "node_modules", ".cache", `${name}.tsbuildinfo`);
  // The incremental cache trusts that what it emitted is still there; without these folders it would emit nothing.
  if (!folders.every((folder) => existsSync(folder))) rmSync(buildInfo, { force: true });
  if (isUpToDate([buildInfo], sources)) return;
  const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = typescript.replace(/package\.json$/, JSON.parse(readFileSync(typescript, "utf8")).bin.tsc);
  const { status } = spawnSync(process.execPath, [tsc, "-p", project], { stdio: "inherit" });
  // The compiler writes it only when something has changed that it cares about, and also when it has found mistakes.
  const at = status === 0 ? new Date() : 0;
  if (existsSync(buildInfo)) utimesSync(buildInfo, at, at);
  if (status !== 0) process.exit(status ?? 1);
}

/** What was made of sources that are gone, and would otherwise be packed. */
function removeLeftovers(folder, source) {
  for (const file of filesBelow(folder)) {
    const name = /^(.*?)(\.d)?\.[jt]s(\.map)?$/.exec(file.slice(folder.length + 1))?.[1];
    if (name === undefined || name.endsWith(".generated")) continue;
    if (!existsSync(join(source, `${name}.ts`))) rmSync(file);
  }
}
