// Changes single operators, conditions and calls of a folder, one at a time, and counts how many of those changes its tests notice:
// npm run mutation -- --folder src/worker/engine [--tests "test/unit/worker/engine/**/*.test.ts …"] [--survivors]
// What is known from the last run, in .stryker/, is not done again. --survivors lists what went unnoticed.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../places.mjs";

const { values } = parseArgs({
  options: { folder: { type: "string" }, tests: { type: "string" }, survivors: { type: "boolean" } },
});
const folder = values.folder ?? "src/worker/engine";
const tests = values.tests ?? `${folder.replace(/^src/, "test/unit")}/**/*.test.ts`;

const bin = join(createRequire(import.meta.url).resolve("@stryker-mutator/core/package.json"), "../bin/stryker.js");
const { status } = spawnSync(process.execPath, [bin, "run", "scripts/mutants/stryker/options.mjs"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, MUTATION_FOLDER: folder, MUTATION_TESTS: tests },
});
if (status !== 0) process.exit(status ?? 1);

const report = JSON.parse(readFileSync(join(root, `.stryker/${folder.replaceAll("/", "-")}-report.json`), "utf8"));
let noticed = 0;
let all = 0;
for (const [file, { mutants }] of Object.entries(report.files)) {
  const of = (...outcomes) => mutants.filter(({ status }) => outcomes.includes(status));
  const killed = of("Killed", "Timeout").length;
  const alive = of("Survived", "NoCoverage");
  noticed += killed;
  all += killed + alive.length;
  if (killed + alive.length > 0) console.log(`${percent(killed, killed + alive.length)}  ${file}`);
  if (!values.survivors) continue;
  for (const { status, mutatorName, location, replacement } of alive) {
    console.log(`        ${location.start.line}:${location.start.column} ${status}, ${mutatorName}: ${replacement}`);
  }
}
console.log(`${percent(noticed, all)}  ${folder}: ${noticed} of ${all} changes are noticed.`);

function percent(part, whole) {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`.padStart(7);
}
