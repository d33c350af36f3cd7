// Runs the suites of consumer, threads, memory and life on Bun and Deno: node test/runtimes/main.mjs [node] [bun] [deno]. Needs dist/.
// The npm packages of the same names bring the binaries; they are kept below node_modules/.cache/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/places.mjs";

const versions = { bun: "1.4.5", deno: "2.9.6" };
const cache = join(root, "node_modules", ".cache", "runtimes");
const suiteTimeoutMs = 120_000;

const suites = [
  ["test/runtimes/consumer.mjs"],
  ["test/runtimes/threads.mjs"],
  ["test/runtimes/life.mjs"],
  ["test/memory/no-hoisting/main.mjs"],
  ["test/memory/storm-main.mjs", "--reads", "5e6", "--seconds", "10"],
];

/** How a runtime is started; installed when it is not there yet. Throws when it cannot be had. */
function commandOf(name) {
  if (name === "node") return [process.execPath];
  const version = versions[name];
  if (version === undefined) throw new Error(`unknown; there are node, ${Object.keys(versions).join(" and ")}`);
  const folder = join(cache, `${name}-${version}`);
  const binary = join(folder, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
  if (!existsSync(binary)) installInto(folder, `${name}@${version}`);
  const { stdout } = spawnSync(binary, ["--version"], { encoding: "utf8", shell: process.platform === "win32" });
  if (!stdout?.includes(version)) throw new Error(`the npm package ${name}@${version} could not be installed`);
  return name === "deno" ? [binary, "run", "--allow-all", "--no-lock"] : [binary];
}

function installInto(folder, spec) {
  mkdirSync(folder, { recursive: true });
  // Without a package.json of its own, npm would look for one further up.
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["--no-save", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  spawnSync(npm, ["install", ...flags, "--prefix", folder, spec], { cwd: folder, stdio: "inherit" });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function runSuites(name) {
  const [file, ...args] = commandOf(name);
  let failed = 0;
  for (const suite of suites) {
    const { status, stdout, stderr } = spawnSync(file, [...args, ...suite], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NODE_BINARY: process.execPath },
      timeout: suiteTimeoutMs,
      killSignal: "SIGKILL",
    });
    if (status !== 0) failed += 1;
    say(`${status === 0 ? "ok" : "FAILED"}: ${name}: ${suite.join(" ")}`);
    if (status !== 0) say(`${stdout}${stderr}`.replaceAll(/^/gm, "  "));
  }
  return failed;
}

let failed = 0;
const chosen = process.argv.slice(2);
for (const name of chosen.length > 0 ? chosen : Object.keys(versions)) {
  try {
    failed += runSuites(name);
  } catch (error) {
    failed += 1;
    say(`FAILED: ${name}: NOT RUN: ${error.message}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
