// Runs one test file in a copy of the sources with a mistake in it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../scripts/places.mjs";

/** Whether the test file fails with these edits, and passes without them. */
export function failsWith(edits, test) {
  const copy = mkdtempSync(join(tmpdir(), "mistake-"));
  try {
    for (const name of ["src", "test", "scripts", "packages", "package.json", "tsconfig.json", "vitest.config.ts"]) {
      cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => !path.endsWith("node_modules") });
    }
    for (const name of ["node_modules", "dist"]) symlinkSync(join(root, name), join(copy, name));
    if (!passes(copy, test)) throw new Error(`${test} fails without any mistake.`);
    for (const [file, from, to] of edits) {
      const path = join(copy, file);
      writeFileSync(
        path,
        readFileSync(path, "utf8").replace(from, () => to),
      );
    }
    return !passes(copy, test);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function passes(cwd, test) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status } = spawnSync(process.execPath, [vitest, "run", "--bail", "1", "--maxWorkers", "1", test], {
    cwd,
    stdio: "ignore",
    timeout: 300_000,
    killSignal: "SIGKILL",
  });
  return status === 0;
}
