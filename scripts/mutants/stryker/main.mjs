// Changes single operators, conditions and calls of a folder, one at a time, and counts how many of those changes its tests notice:
// npm run mutation -- --folder src/worker/engine [--tests "test/unit/worker/engine/**/*.test.ts …"] [--survivors]
// --flat leaves out the folders within it. Tests run in one process, unless --runner vitest says otherwise: see in-process/plugin.mjs;
// --longest 250 leaves out tests that take more milliseconds there.
// What is known from the last run, in .stryker/, is not done again. --survivors lists what went unnoticed, in the form in which it can
// be argued: see argued.mjs.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../places.mjs";
import { argued, changeOf } from "./argued.mjs";

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    tests: { type: "string" },
    survivors: { type: "boolean" },
    runner: { type: "string" },
    flat: { type: "boolean" },
    longest: { type: "string" },
  },
});
const folder = values.folder ?? "src/worker/engine";
const tests = values.tests ?? `${folder.replace(/^src/, "test/unit")}/**/*.test.ts`;

const bin = join(createRequire(import.meta.url).resolve("@stryker-mutator/core/package.json"), "../bin/stryker.js");
const { status } = spawnSync(process.execPath, [bin, "run", "scripts/mutants/stryker/options.mjs"], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    MUTATION_FOLDER: folder,
    MUTATION_FLAT: values.flat ? "yes" : "",
    MUTATION_TESTS: tests,
    MUTATION_RUNNER: values.runner ?? "in-process",
    MUTATION_LONGEST_MS: values.longest ?? "",
  },
});
if (status !== 0) process.exit(status ?? 1);

const report = JSON.parse(readFileSync(join(root, `.stryker/${folder.replaceAll("/", "-")}-report.json`), "utf8"));
const total = { noticed: 0, argued: 0, all: 0 };
for (const [file, { mutants, source }] of Object.entries(report.files)) {
  const of = (...outcomes) => mutants.filter(({ status }) => outcomes.includes(status));
  const noticed = of("Killed", "Timeout").length;
  const unnoticed = of("Survived", "NoCoverage").map((mutant) => ({ mutant, change: changeOf(mutant, source) }));
  const { apart, open, stale } = argued(file, unnoticed);
  const all = noticed + unnoticed.length;
  total.noticed += noticed;
  total.argued += apart;
  total.all += all;
  if (all > 0) console.log(`${percent(noticed, all - apart)}  ${file}${apart > 0 ? `, and ${apart} argued` : ""}`);
  for (const change of stale) console.log(`        argued, but noticed or gone: ${JSON.stringify(change)}`);
  if (!values.survivors) continue;
  for (const { mutant, change } of open) {
    const { line, column } = mutant.location.start;
    console.log(`        ${line}:${column} ${mutant.status}: ${JSON.stringify(change)}`);
  }
}
const { noticed, argued: apart, all } = total;
console.log(
  `${percent(noticed, all - apart)}  ${folder}: ${noticed} of ${all} changes are noticed, ${apart} are argued.`,
);
console.log(`${percent(noticed, all)}  with the argued ones.`);

function percent(part, whole) {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`.padStart(7);
}
