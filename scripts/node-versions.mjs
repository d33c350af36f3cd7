// Runs a script under other Node versions: node scripts/node-versions.mjs [--majors 22,24,26] [--if-available] script [args…]
// The npm package `node` brings the binaries; they are kept below node_modules/.cache/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./places.mjs";

const cache = join(root, "node_modules", ".cache", "node-versions");
export const supportedMajors = [22, 24, 26];

/** Path of the binary of a major version, installed when it is not there yet; `undefined` when it cannot be had. */
export function nodeBinary(major, { install = true } = {}) {
  const folder = join(cache, String(major));
  const binary = join(folder, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary) && install) installInto(folder, major);
  return existsSync(binary) ? binary : undefined;
}

function installInto(folder, major) {
  mkdirSync(folder, { recursive: true });
  // Without a package.json of its own, npm would look for one further up.
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["--no-save", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  spawnSync(npm, ["install", ...flags, "--prefix", folder, `node@${major}`], { cwd: folder, stdio: "inherit" });
}

function main(args) {
  const options = { majors: supportedMajors, ifAvailable: false };
  while (args[0]?.startsWith("--")) {
    const name = args.shift();
    if (name === "--if-available") options.ifAvailable = true;
    else if (name === "--majors") options.majors = String(args.shift()).split(",").map(Number);
    else throw new Error(`Unknown option ${name}.`);
  }
  if (args.length === 0) throw new Error("Give the script to run.");
  let failed = false;
  for (const major of options.majors) {
    const binary = nodeBinary(major);
    if (binary === undefined) {
      console.error(`NOT RUN under Node ${major}: the npm package node@${major} could not be installed.`);
      failed ||= !options.ifAvailable;
      continue;
    }
    const { status } = spawnSync(binary, args, { stdio: "inherit" });
    console.log(`Node ${major}: ${status === 0 ? "passed" : `FAILED with exit code ${status}`}`);
    failed ||= status !== 0;
  }
  return failed ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = main(process.argv.slice(2));
