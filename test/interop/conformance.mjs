// Has `configstream conformance consumer` judge a consumer written in Go (test/interop/judged) on the published generated code.
// `node test/interop/conformance.mjs`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGo } from "./go-program.mjs";

const pathOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** `tell(name, problem)` is called for each scenario, `problem` undefined when all is well. */
export async function checkConformance(tell) {
  const built = spawnSync(process.execPath, [pathOf("scripts/build.mjs")], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the library could not be built: ${built.stdout}${built.stderr}`);
  const directory = mkdtempSync(join(tmpdir(), "interop-judged-"));
  try {
    const kit = [
      pathOf("packages/configstream/dist/cli/main.js"),
      "conformance",
      "consumer",
      "--json",
      "--jobs",
      "3",
      "--",
    ];
    const run = spawnSync(process.execPath, [...kit, buildGo("judged", directory)], { encoding: "utf8" });
    if (run.stdout === "") throw new Error(`the kit judged nothing: ${run.stderr.trim()}`);
    for (const { promise, outcome, expected, seen } of JSON.parse(run.stdout).scenarios) {
      const problem = outcome === "passed" ? undefined : `expected: ${expected}; seen: ${seen}`;
      tell(`a consumer written in Go, judged by the kit: ${promise}`, problem);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await checkConformance((name, problem) => {
    process.stdout.write(problem === undefined ? `ok: ${name}\n` : `FAILED: ${name}\n  ${problem}\n`);
    if (problem !== undefined) process.exitCode = 1;
  });
}
