// Compiles the Go programs of this folder.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Compiles the program of a folder here into `directory`, under the name `file`; gives the path of what was made. */
export function buildGo(name, directory, { flags = [], file = name } = {}) {
  const binary = join(directory, file);
  const run = spawnSync("go", ["build", ...flags, "-o", binary, "."], {
    cwd: fileURLToPath(new URL(`${name}/`, import.meta.url)),
    encoding: "utf8",
    env: { ...process.env, GOWORK: "off" },
  });
  if (run.error) throw new Error(`go could not be started: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`test/interop/${name} could not be built: ${run.stderr.trim()}`);
  return binary;
}
