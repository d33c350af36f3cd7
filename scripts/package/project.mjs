// Runs commands, packs the tarball, and makes fresh projects that have it installed.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root } from "../places.mjs";

export const apps = fileURLToPath(new URL("apps", import.meta.url));
const tools = fileURLToPath(new URL("tools", import.meta.url));
const minute = 60_000;

/** Runs a command to its end and gives both outputs. Throws, with them, when it fails or takes too long. */
export function run(command, args, { cwd = root, env = {}, timeoutMs = 3 * minute } = {}) {
  const options = { cwd, encoding: "utf8", timeout: timeoutMs, env: { ...process.env, ...env } };
  const { status, error, stdout, stderr } = spawnSync(command, args, options);
  if (status === 0) return { stdout, stderr };
  const why = error === undefined ? `exit code ${status}` : error.message;
  throw new Error(`${command} ${args.join(" ")}: ${why}\n${stdout}${stderr}`);
}

/** What would be published of both packages, as files in `folder`, each with npm's description of it. */
export function packTarballs(folder) {
  const args = ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", folder];
  const packs = [[], ["--workspace", "packages/configstream"]].map((which) => {
    const [pack] = JSON.parse(run("npm", [...args, ...which]).stdout);
    return { ...pack, file: join(folder, pack.filename), paths: pack.files.map(({ path }) => path) };
  });
  return { library: packs[0], command: packs[1] };
}

/** An empty folder below `parent` with the given packages installed, as a stranger would do it. */
export function freshProject(parent, name, packages, manifest = {}) {
  const folder = join(parent, name);
  mkdirSync(folder);
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ name, version: "1.0.0", private: true, ...manifest })}\n`,
  );
  run("npm", ["install", "--silent", "--no-fund", "--no-audit", ...packages], { cwd: folder, timeoutMs: 5 * minute });
  return folder;
}

/** Where npm looks for packages, for what has a setting of its own. */
export function packageRegistry() {
  return run("npm", ["config", "get", "registry"]).stdout.trim();
}

/** Loads a package of scripts/package/tools, which `installTools` installs. */
export async function tool(name) {
  const path = createRequire(join(tools, "package.json")).resolve(name);
  const module = await import(pathToFileURL(path).href);
  return "default" in module && Object.keys(module).length <= 2 ? module.default : module;
}

/** Path of a file in a package of scripts/package/tools. */
export function toolFile(path) {
  return join(tools, "node_modules", path);
}

export function installTools() {
  run("npm", ["ci", "--silent", "--no-fund", "--no-audit"], { cwd: tools, timeoutMs: 5 * minute });
}

/** A core agent, from the project's own installation, in a process of its own. */
export async function startAgent(project) {
  copyFileSync(join(apps, "agent.mjs"), join(project, "agent.mjs"));
  const child = spawn(process.execPath, ["agent.mjs"], { cwd: project, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const line = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(text);
    });
    void ended.then(() => reject(new Error("The core agent ended before it was up.")));
  });
  return {
    env: JSON.parse(line),
    set: (key, value) => child.stdin.write(`${key} ${JSON.stringify(value)}\n`),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
