// Builds dist/ from src/: compiles the wire contract into a module, runs the TypeScript compiler, removes what is
// left of older builds, and bundles the worker.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { bundleWorker } from "./bundle-worker.mjs";
import { compileContract } from "./compile-contract.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const buildInfo = `${root}node_modules/.cache/build.tsbuildinfo`;

compileContract();

// The incremental cache trusts that what it emitted is still there; without dist/ it would emit nothing.
if (!existsSync(`${root}dist`)) rmSync(buildInfo, { force: true });
const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
const tsc = typescript.replace(/package\.json$/, JSON.parse(readFileSync(typescript, "utf8")).bin.tsc);
const { status } = spawnSync(process.execPath, [tsc, "-p", `${root}tsconfig.build.json`], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
if (existsSync(`${root}dist/cli/main.js`)) chmodSync(`${root}dist/cli/main.js`, 0o755);
removeLeftovers();
await bundleWorker();

/** What the compiler made of sources that are gone, and would otherwise be packed. */
function removeLeftovers() {
  for (const file of readdirSync(`${root}dist`, { recursive: true })) {
    const source = /^(.*?)(\.d)?\.[jt]s(\.map)?$/.exec(file)?.[1];
    if (source === undefined || source.endsWith("bundled-worker.generated")) continue;
    if (!existsSync(`${root}src/${source}.ts`)) rmSync(`${root}dist/${file}`);
  }
}
