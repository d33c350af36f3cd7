// npm run simulate:mistakes -- [--seeds 300] [--check] [regular expression for names]: puts known mistakes into the sources, one at a
// time, and tells after how many seeds the simulation finds each. One that it does not find must be found by the test that the table names.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../scripts/places.mjs";
import { bundleSimulation } from "./bundle.mjs";
import { failsWith } from "./mistakes/in-tests.mjs";
import { mistakes } from "./mistakes/index.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "300" },
    check: { type: "boolean", default: false },
    "no-tests": { type: "boolean", default: false },
  },
});
/** A run of all seeds takes less, also on a busy machine. */
const longestMs = 240_000;
const dir = join(root, "node_modules/.cache/simulation");
mkdirSync(dir, { recursive: true });

const stale = mistakes.filter((mistake) => !applies(mistake));
for (const { name } of stale) say(`NO MATCH             ${name}`);
if (stale.length > 0) process.exitCode = 1;
else if (!values.check) {
  const wanted = new RegExp(positionals[0] ?? "");
  let missed = 0;
  for (const mistake of mistakes.filter(({ name }) => wanted.test(name))) if (!(await isFound(mistake))) missed++;
  process.exitCode = missed === 0 ? 0 : 1;
}

function applies({ edits, test }) {
  if (!existsSync(join(root, test))) return false;
  return edits.every(([file, from]) => readFileSync(join(root, file), "utf8").includes(from));
}

async function isFound(mistake) {
  const { name, edits, test } = mistake;
  const patch = (file, text) => {
    for (const [path, from, to] of edits) if (path === file) text = text.replace(from, () => to);
    return text;
  };
  const file = await bundleSimulation(dir, `mistake-${process.pid}`, patch);
  const found = simulated(file);
  rmSync(file);
  if (found !== undefined) {
    say(
      `seed ${String(found.seeds).padStart(4)}            ${name}\n                       ${found.failure.slice(0, 160)}`,
    );
    return true;
  }
  if (values["no-tests"]) say(`not by simulation    ${name}`);
  else if (failsWith(edits, test)) say(`by a test            ${name}\n                       ${test}`);
  else {
    say(`NOT FOUND            ${name}`);
    return false;
  }
  return true;
}

/** What the simulation finds; `undefined`: nothing. */
function simulated(file) {
  const { stdout, status, error } = spawnSync(
    process.execPath,
    ["--max-old-space-size=1500", join(root, "test/simulation/run-bundle.mjs"), file, values.seeds],
    { encoding: "utf8", timeout: longestMs, killSignal: "SIGKILL" },
  );
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) return { seeds: 0, failure: error === undefined ? `ends with ${status}` : "never ends" };
  const outcome = JSON.parse(last);
  return outcome.failure === undefined ? undefined : outcome;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
