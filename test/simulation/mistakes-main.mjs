// npm run simulate:mistakes -- [--seeds 300] [--check] [--no-tests] [regular expression for names]: puts known mistakes into the sources, one
// at a time, and reports after how many seeds the simulation finds each, by a failure that it names. One that it does not find, or that
// makes a story run on for ever, must be found by the test that the table names.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/places.mjs";
import { bundleSimulation } from "./bundle.mjs";
import { failsWith } from "./mistakes/in-tests.mjs";
import { mistakes } from "./mistakes/index.mjs";
import { runBundle } from "./mistakes/run.mjs";
import { mistakesOptions, orUsage } from "./options.mjs";

const names = mistakes.map(({ name }) => name);
const { seeds, check, tests, wanted } = orUsage(() => mistakesOptions(process.argv.slice(2), names));
const dir = join(root, "node_modules/.cache/simulation");
mkdirSync(dir, { recursive: true });

const stale = mistakes.filter((mistake) => !applies(mistake));
for (const { name } of stale) say(`NO MATCH             ${name}`);
if (stale.length > 0) process.exitCode = 1;
else if (!check) {
  const tally = new Map();
  for (const mistake of mistakes.filter(({ name }) => wanted.test(name))) {
    const how = await found(mistake);
    tally.set(how, (tally.get(how) ?? 0) + 1);
  }
  say(`\n${[...tally].map(([how, count]) => `${count} ${how}`).join(", ")}`);
  process.exitCode = tally.has("not found") ? 1 : 0;
}

function applies({ edits, test }) {
  if (!existsSync(join(root, test))) return false;
  return edits.every(([file, from]) => readFileSync(join(root, file), "utf8").includes(from));
}

/** By what. */
async function found({ name, edits, test }) {
  const patch = (file, text) => {
    for (const [path, from, to] of edits) if (path === file) text = text.replace(from, () => to);
    return text;
  };
  const file = await bundleSimulation(dir, `mistake-${process.pid}`, patch);
  const { failure, seeds: done, unfinished } = await runBundle(file, seeds);
  rmSync(file);
  if (failure !== undefined) {
    say(`seed ${String(done).padStart(4)}            ${name}\n                       ${failure.slice(0, 160)}`);
    return "by a seed";
  }
  // It would be noticed, but nothing says what is wrong.
  const hint = unfinished === undefined ? "" : `\n                       seed ${done + 1} ${unfinished}`;
  if (!tests) {
    say(`not by simulation    ${name}${hint}`);
    return "not by simulation";
  }
  if (failsWith(edits, test)) {
    say(`by a test            ${name}${hint}\n                       ${test}`);
    return "by a test";
  }
  say(`NOT FOUND            ${name}${hint}`);
  return "not found";
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
