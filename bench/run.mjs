// Runs the benchmarks, each scenario in a process of its own, one after the other, and writes results.json, the tables of
// README.md and report.html.
//
//   npm run bench                        the whole, on this Node.js
//   npm run bench -- --node 20,22,24,26  the same, and the reading path on other versions, installed from npm where missing
//   npm run bench -- --suite reads       or "isolation" or "fleet": one suite; the rows of the others stay as they are
//   npm run bench -- --quick             a short form that shows that everything runs; its numbers mean little; writes nothing
//   npm run bench -- --processes 1       at most so many processes a scenario: sooner done, without a spread
//   npm run bench -- --report            draws tables and report again from the last run
//   npm run bench -- --compare FILE      compares with these results instead of the results.json that is there
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nodeBinary } from "../scripts/node-versions.mjs";
import { etcdIsHere } from "../test/etcd/cluster.mjs";
import { compareRuns } from "./lib/compare-runs.mjs";
import { execute } from "./lib/execute.mjs";
import { load, machine, nodeVersion, packageVersions } from "./lib/machine.mjs";
import { inOrder, keepOthers } from "./lib/merge-runs.mjs";
import { expectedSeconds, planFleet, planIsolation, planReads } from "./lib/plan.mjs";
import { renderReport } from "./report/report.mjs";
import { renderTables } from "./report/tables.mjs";
import { fleetRows } from "./rows/fleet.mjs";
import { isolationRows } from "./rows/isolation.mjs";
import { readRows } from "./rows/reads.mjs";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    node: { type: "string" },
    suite: { type: "string" },
    report: { type: "boolean", default: false },
    compare: { type: "string" },
    processes: { type: "string", default: "100" },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// Not in this folder's node_modules, which are reinstalled before each run.
const lastRun = here("../node_modules/.cache/bench/last-run.json");
const hasEtcd = await etcdIsHere();
/** What each suite runs on a version, and the rows that it makes of the results. */
const known = {
  reads: { plan: planReads, rows: readRows },
  isolation: { plan: ({ quick, isMain }) => (isMain ? planIsolation({ quick }) : []), rows: isolationRows },
  fleet: { plan: ({ quick, isMain }) => (isMain ? planFleet({ quick, hasEtcd }) : []), rows: fleetRows },
};
const suites = options.suite === undefined ? Object.keys(known) : [options.suite];
if (suites.some((suite) => !(suite in known))) {
  throw new Error(`There is no suite "${options.suite}"; give one of ${Object.keys(known).join(", ")}.`);
}

if (suites.includes("fleet") && !hasEtcd && !options.report) {
  process.stderr.write(
    "NOT MEASURED: P22. etcd and etcdctl are not installed; on Debian they are in etcd-server and etcd-client.\n",
  );
}

let run = options.report ? readRun() : await measure();
if (!options.quick) {
  const results = here("./results.json");
  const earlier = options.compare ?? (existsSync(results) && !options.report ? results : undefined);
  if (earlier !== undefined)
    run.comparison = compareRuns(run.rows, { rows: JSON.parse(readFileSync(earlier, "utf8")) });
  if (options.suite !== undefined && !options.report && existsSync(lastRun)) run = keepOthers(readRun(), run);
}
mkdirSync(here("../node_modules/.cache/bench"), { recursive: true });
writeFileSync(options.quick ? `${lastRun}.quick` : lastRun, JSON.stringify(run));
const tables = renderTables(run);
console.log(tables);
if (!options.quick) {
  writeFileSync(here("./results.json"), `${JSON.stringify(run.rows, null, 2)}\n`);
  const readme = readFileSync(here("./README.md"), "utf8");
  const [before, after] = [readme.indexOf("<!-- table -->"), readme.indexOf("<!-- /table -->")];
  writeFileSync(here("./README.md"), `${readme.slice(0, before)}<!-- table -->\n\n${tables}\n\n${readme.slice(after)}`);
  writeFileSync(here("./report.html"), renderReport(run));
}

function readRun() {
  if (!existsSync(lastRun)) throw new Error("There is no last run to draw; run the benchmarks first.");
  return JSON.parse(readFileSync(lastRun, "utf8"));
}

/** The first version runs everything, the others the reading path. */
function runtimes() {
  const own = process.versions.node.split(".")[0];
  return (options.node ?? own).split(",").map((major, i) => {
    const binary = major === own ? process.execPath : nodeBinary(Number(major));
    if (binary === undefined) throw new Error(`Node.js ${major} could not be installed from npm.`);
    const isMain = i === 0;
    const jobs = suites
      .flatMap((suite) => known[suite].plan({ quick: options.quick, isMain }))
      .map((job) => ({ ...job, processes: Math.min(job.processes, Number(options.processes)) }));
    return { major: Number(major), binary, version: nodeVersion(binary), jobs, isMain };
  });
}

async function measure() {
  const versions = runtimes();
  const expected = versions.reduce((sum, { jobs }) => sum + expectedSeconds(jobs), 0);
  const begun = performance.now();
  const minutes = (since = begun) => (performance.now() - since) / 60_000;
  const passed = () => `${Math.floor(minutes())}:${String(Math.floor((minutes() % 1) * 60)).padStart(2, "0")}`;
  const about = expected < 90 ? `${Math.round(expected)} s` : `${Math.round(expected / 60)} min`;
  const before = load();
  process.stderr.write(`About ${about} on a quiet machine; its load is ${before} now.\n`);
  const { name, ...facts } = machine();
  const rows = [];
  const details = {};
  const parts = suites.map((suite) => ({ suite, minutes: 0, load: before }));
  for (const { major, binary, version, jobs, isMain } of versions) {
    process.stderr.write(`Node.js ${version}\n`);
    for (const part of parts) {
      const own = jobs.filter(({ suite }) => suite === part.suite);
      if (own.length === 0) continue;
      part.date ??= new Date().toISOString();
      const started = performance.now();
      const results = await execute(binary, own, ({ name: job }, round) => {
        process.stderr.write(`  ${passed()}  ${job}${round > 0 ? `, again (${round + 1})` : ""}\n`);
      });
      part.minutes += minutes(started);
      for (const row of known[part.suite].rows(results, major)) rows.push({ ...row, node: version, machine: name });
      if (isMain) Object.assign(details, Object.fromEntries(results));
    }
  }
  return {
    parts,
    quick: options.quick,
    machine: { name, ...facts },
    nodes: versions.map(({ version }) => version),
    packages: packageVersions(),
    rows: inOrder(rows),
    details,
  };
}
