// Runs the benchmarks, each scenario in a process of its own, and writes bench/results.json and the table in bench/README.md.
//
//   npm run bench                       the whole, on this Node.js
//   npm run bench -- --quick            a short form that shows that everything runs; its numbers mean little
//   npm run bench -- --node 20,22,24,26 the same on other versions, installed from npm where they are missing
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nodeBinary } from "../scripts/node-versions.mjs";
import { bars } from "./lib/bars.mjs";
import { renderTable } from "./lib/table.mjs";

const { values: options } = parseArgs({ options: { quick: { type: "boolean" }, node: { type: "string" } } });
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// Where code and tables happen to lie differs from process to process, by more than rounds of one process differ.
const processes = options.quick ? 1 : 7;
const rounds = "3";
const cpuMs = options.quick ? "20" : "60";

function runtimes() {
  if (options.node === undefined) return [{ major: process.versions.node.split(".")[0], binary: process.execPath }];
  return options.node.split(",").map((major) => {
    const binary = process.version.startsWith(`v${major}.`) ? process.execPath : nodeBinary(Number(major));
    if (binary === undefined) throw new Error(`Node.js ${major} could not be installed from npm.`);
    return { major, binary };
  });
}

function scenario(binary, file, ...args) {
  process.stderr.write(`  ${file} ${args.join(" ")}\n`);
  const { status, stdout, stderr } = spawnSync(binary, [here(`./scenarios/${file}`), ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} failed:\n${stderr}`);
  return JSON.parse(stdout);
}

function measure({ major, binary }) {
  const version = spawnSync(binary, ["-p", "process.version"], { encoding: "utf8" }).stdout.trim();
  process.stderr.write(`Node.js ${version}\n`);
  const runs = Array.from({ length: processes }, () => ({
    small: scenario(binary, "reads.mjs", "1000", rounds, cpuMs),
    large: scenario(binary, "reads.mjs", "100000", rounds, cpuMs),
    threads: scenario(binary, "second-thread.mjs", rounds, cpuMs),
  }));
  const memory = scenario(binary, "region-bytes.mjs", "100000");
  return { major: Number(major), version, rows: bars(Number(major), runs, memory) };
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${process.platform} ${process.arch}`;
const runs = runtimes().map(measure);
const table = renderTable(machine, runs, options.quick === true);
console.log(table);

if (!options.quick) {
  const results = runs.flatMap(({ version, rows }) => rows.map((row) => ({ ...row, node: version, machine })));
  writeFileSync(here("./results.json"), `${JSON.stringify(results, null, 2)}\n`);
  const readme = readFileSync(here("./README.md"), "utf8");
  const [before, after] = [readme.indexOf("<!-- table -->"), readme.indexOf("<!-- /table -->")];
  writeFileSync(here("./README.md"), `${readme.slice(0, before)}<!-- table -->\n\n${table}\n\n${readme.slice(after)}`);
}
