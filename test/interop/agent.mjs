// Puts the consumer to a core agent written in Go (test/interop/agent), served in both ways: as the original is, and by
// grpc-go's own listener. `node test/interop/agent.mjs [words]` runs the promises that contain the words.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cases, ways } from "./agent/cases/index.mjs";
import { buildAgent } from "./agent/process.mjs";
import { Trial } from "./agent/trial.mjs";

const buildScript = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));
const trialTimeoutMs = 120_000;

/** Runs the trials; `tell(name, problem)` is called for each one, `problem` undefined when all is well. */
export async function checkAgent(tell, words = "") {
  const build = spawnSync(process.execPath, [buildScript], { encoding: "utf8" });
  if (build.status !== 0) throw new Error(`the library could not be built: ${build.stdout}${build.stderr}`);
  const { createConsumer } = await import("configstream-consumer");

  const directory = mkdtempSync(join(tmpdir(), "interop-build-"));
  try {
    const kit = { createConsumer, binary: buildAgent(directory) };
    const trials = cases
      .flatMap((each) => (each.ways ?? Object.keys(ways)).map((way) => ({ ...each, way })))
      .map((each) => ({ ...each, name: `served ${ways[each.way]}: ${each.promise}` }))
      .filter(({ name }) => name.includes(words));
    const perform = async (each) => tell(each.name, await problemOf(kit, each));
    const asides = Promise.all(trials.filter(({ aside }) => aside).map(perform));
    for (const each of trials.filter(({ aside }) => !aside)) await perform(each);
    await asides;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function problemOf(kit, { flags, way, run }) {
  const trial = new Trial(kit, { serve: way, ...flags });
  const guard = new AbortController();
  try {
    const late = sleep(trialTimeoutMs, undefined, { signal: guard.signal }).then(
      () => {
        throw new Error(`it took more than ${trialTimeoutMs} ms`);
      },
      () => {},
    );
    await Promise.race([run(trial), late]);
    await trial.checkSecrets();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    guard.abort();
    await trial.end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const print = (line) => process.stdout.write(`${line}\n`);
  const counts = { ok: 0, failed: 0 };
  await checkAgent((name, problem) => {
    counts[problem === undefined ? "ok" : "failed"] += 1;
    print(problem === undefined ? `ok: ${name}` : `FAILED: ${name}\n  ${problem}`);
  }, process.argv[2]);
  print(`${counts.ok} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}
