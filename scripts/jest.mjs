// Runs test/jest/ by Jest, in a project of its own that has the package as `npm install` brings it. Jest is not among the
// development dependencies: it is large, and needed for one file.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./places.mjs";

const jestVersion = "30.5.2";
const folder = mkdtempSync(join(tmpdir(), "configstream-jest-"));

function run(command, args, cwd, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`);
  return stdout;
}

try {
  const [pack] = JSON.parse(
    run("npm", ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", folder], root),
  );
  writeFileSync(
    join(folder, "package.json"),
    '{ "private": true, "type": "module", "jest": { "testEnvironment": "node" } }\n',
  );
  const flags = ["--silent", "--no-fund", "--no-audit"];
  run("npm", ["install", ...flags, join(folder, pack.filename), `jest@${jestVersion}`], folder);
  cpSync(join(root, "test/jest"), join(folder, "test"), { recursive: true });
  // Jest loads ES modules only with this flag; its documentation says so.
  const jest = ["--experimental-vm-modules", "--no-warnings", "node_modules/jest/bin/jest.js", "--ci"];
  run(process.execPath, jest, folder, { stdio: "inherit" });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
