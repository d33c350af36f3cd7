// Fixtures that a Go program of test/interop prints: running it, and comparing what it prints with what is committed.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { root } from "../places.mjs";

/** What a Go program prints; `program` is its folder, from the project's. */
export function runGo(program, goArguments = ["run", "."]) {
  const cwd = resolve(root, program);
  const env = { ...process.env, GOWORK: "off" };
  const run = spawnSync("go", goArguments, { cwd, encoding: "utf8", env, maxBuffer: 64 * 1024 * 1024 });
  if (run.error) throw new Error(`go could not be started: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`${program} failed: ${run.stderr.trim()}`);
  return run.stdout;
}

/** What is wrong with a committed file, or nothing. `remedy` says how to write it again; `text` is what the file holds. */
export function differenceFrom(derivedText, target, remedy, text = readFileSync(target, "utf8")) {
  const committed = text.split("\n");
  const derived = derivedText.split("\n");
  const line = derived.findIndex((text, index) => text !== committed[index]);
  if (line === -1 && derived.length === committed.length) return undefined;
  const at = line === -1 ? derived.length : line;
  return `${basename(target)} differs from the published module at line ${at + 1}:
  committed: ${committed[at]?.trim() ?? "(end of file)"}
  derived:   ${derived[at]?.trim() ?? "(end of file)"}
  Run \`${remedy}\` and review the difference.`;
}
