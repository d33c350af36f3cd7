// Runs the benchmarks, each scenario in a process of its own, one after the other, and writes results.json, the tables of
// README.md and report.html.
//
//   npm run bench                        the whole, on this Node.js
//   npm run bench -- --node 20,22,24,26  the same, and the reading path on other versions, installed from npm where missing
//   npm run bench -- --suite reads       or "isolation", "fleet", "package": one suite; the rows of the others stay, and what cannot is named
//   npm run bench -- --quick             a short form that shows that everything runs; its numbers mean little; writes nothing
//   npm run bench -- --processes 1       at most so many processes a scenario: sooner done, without a spread
//   npm run bench -- --report            draws tables and report again from the last run, or from results.json where there is none
//   npm run bench -- --compare FILE      compares with these results, or this run, instead of the results.json that is there
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nodeBinary } from "../scripts/node-versions.mjs";
import { etcdIsHere } from "../test/etcd/cluster.mjs";
import { execute } from "./lib/execute.mjs";
import { load, machine, nodeVersion, packageVersions } from "./lib/machine.mjs";
import { expectedSeconds, planFleet, planIsolation, planPackage, planReads } from "./lib/plan.mjs";
import { renderReport } from "./report/report.mjs";
import { renderTables } from "./report/tables.mjs";
import { fleetRows } from "./rows/fleet.mjs";
import { isolationRows } from "./rows/isolation.mjs";
import { packageRows } from "./rows/package.mjs";
import { readRows } from "./rows/reads.mjs";
import { compareRuns } from "./runs/compare-runs.mjs";
import { inOrder, keepOthers, runOf, runOfRows } from "./runs/merge-runs.mjs";
import { readRecorded } from "./runs/recorded.mjs";

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
const results = here("./results.json");
// Before anything is measured, so that a file that cannot be read costs no half hour.
const earlier = {
  results: readRecorded(results),
  lastRun: readRecorded(lastRun),
  compare: options.compare === undefined ? undefined : readRecorded(options.compare),
};
if (options.compare !== undefined && earlier.compare === undefined) {
  throw new Error(
    `There is no ${options.compare} to compare with; give results.json or last-run.json of an earlier run.`,
  );
}
const hasEtcd = await etcdIsHere();
/** What each suite runs on a version, and the rows that it makes of the results. */
const known = {
  reads: { plan: planReads, rows: readRows },
  isolation: { plan: ({ quick, isMain }) => (isMain ? planIsolation({ quick }) : []), rows: isolationRows },
  fleet: { plan: ({ quick, isMain }) => (isMain ? planFleet({ quick, hasEtcd }) : []), rows: fleetRows },
  package: { plan: ({ quick, isMain }) => (isMain ? planPackage({ quick }) : []), rows: packageRows },
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
const compared = comparison();
if (compared !== undefined) run.comparison = compared;
if (!options.quick) {
  const { run: joined, notes } = keepOthers(run, earlier);
  run = { ...joined, notes: [...new Set([...(run.notes ?? []), ...notes])] };
  for (const note of notes) process.stderr.write(`NOTE: ${note}\n`);
}
mkdirSync(here("../node_modules/.cache/bench"), { recursive: true });
writeFileSync(options.quick ? `${lastRun}.quick` : lastRun, JSON.stringify(run));
const tables = renderTables(run);
console.log(tables);
if (!options.quick) {
  writeFileSync(results, `${JSON.stringify(run.rows, null, 2)}\n`);
  const readme = readFileSync(here("./README.md"), "utf8");
  const [before, after] = [readme.indexOf("<!-- table -->"), readme.indexOf("<!-- /table -->")];
  writeFileSync(here("./README.md"), `${readme.slice(0, before)}<!-- table -->\n\n${tables}\n\n${readme.slice(after)}`);
  writeFileSync(here("./report.html"), renderReport(run));
}

function readRun() {
  const facts = { machine: machine(), packages: packageVersions() };
  if (earlier.lastRun !== undefined) return runOf(earlier.lastRun, facts);
  if (earlier.results === undefined) throw new Error("There is no last run to draw; run the benchmarks first.");
  return runOfRows(earlier.results, facts);
}

/** A drawing is compared only when it is asked for: what is there is then what is drawn. */
function comparison() {
  if (earlier.compare !== undefined) return compareRuns(run.rows, earlier.compare, options.compare);
  if (options.report || options.quick || earlier.results === undefined) return undefined;
  return compareRuns(run.rows, earlier.results);
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
  const absent = suites.includes("fleet") && !hasEtcd ? { P22: "etcd and etcdctl were not installed" } : {};
  const planned = suites.filter((suite) => versions.some(({ jobs }) => jobs.some((job) => job.suite === suite)));
  const parts = planned.map((suite) => ({ suite, minutes: 0, expected: 0, load: before }));
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
      for (const [first] of results.values()) Object.assign(absent, first.absent);
      part.minutes += minutes(started);
      part.expected += expectedSeconds(own) / 60;
      for (const row of known[part.suite].rows(results, major)) rows.push({ ...row, node: version, machine: name });
      if (isMain) Object.assign(details, Object.fromEntries(results));
    }
  }
  process.stderr.write(`It took ${passed()} min; about ${(expected / 60).toFixed(1)} were expected.\n`);
  return {
    parts,
    absent,
    quick: options.quick,
    machine: { name, ...facts },
    nodes: versions.map(({ version }) => version),
    packages: packageVersions(),
    rows: inOrder(rows),
    details,
  };
}
