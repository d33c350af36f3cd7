// Runs test files in a copy of the sources with a mistake in it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../scripts/places.mjs";

const copied = ["src", "test", "scripts", "packages", "package.json", "tsconfig.json", "vitest.config.ts"];
let copy = "";
/** Test files that pass without any mistake. */
const sound = new Set();

/** Whether the test file fails with these edits, and passes without them. */
export function failsWith(edits, test) {
  if (copy === "") makeCopy();
  if (!sound.has(test) && !passes(test)) throw new Error(`${test} fails without any mistake.`);
  sound.add(test);
  const originals = new Map();
  for (const [file, from, to] of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, "utf8");
    if (!originals.has(path)) originals.set(path, text);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  const failed = !passes(test);
  for (const [path, text] of originals) writeFileSync(path, text);
  return failed;
}

function makeCopy() {
  copy = mkdtempSync(join(tmpdir(), "mistakes-"));
  process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
  const filter = (path) => !path.endsWith("node_modules");
  for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true, filter });
  for (const name of ["node_modules", "dist"]) symlinkSync(join(root, name), join(copy, name));
}

function passes(test) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status } = spawnSync(process.execPath, [vitest, "run", "--bail", "1", "--maxWorkers", "1", test], {
    cwd: copy,
    stdio: "ignore",
    timeout: 300_000,
    killSignal: "SIGKILL",
  });
  return status === 0;
}
