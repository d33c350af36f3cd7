// What the results were measured on and with.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { threadCpuSource } from "./thread-cpu.mjs";

export function machine() {
  const [cpu] = cpus();
  return {
    name: `${cpus().length} × ${cpu?.model.trim()}, ${process.platform} ${process.arch}`,
    system: `${process.platform} ${release()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    cpuTimeFrom: threadCpuSource ?? "nowhere: this system does not tell a thread's CPU time",
  };
}

/** Load before a run: above a few tenths, other programs use the machine. */
export function load() {
  return Number(loadavg()[0].toFixed(2));
}

export function nodeVersion(binary) {
  return spawnSync(binary, ["-p", "process.version"], { encoding: "utf8" }).stdout.trim();
}

/** name → version of the packages that are measured. */
export function packageVersions() {
  const { packages } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  const { dependencies } = packages[""];
  const versions = Object.keys(dependencies).map((name) => [name, packages[`node_modules/${name}`].version]);
  const grpc = new URL("../../node_modules/@grpc/grpc-js/package.json", import.meta.url);
  return Object.fromEntries([...versions, ["@grpc/grpc-js", JSON.parse(readFileSync(grpc, "utf8")).version]]);
}
