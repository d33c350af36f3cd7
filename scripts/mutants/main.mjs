// Makes known mistakes in a copy of the sources, one at a time, and shows which test notices: npm run mutants
//   -- [set] [regular expression of names]   only these; the sets are named below
//   -- --check                               only looks whether each mistake can still be made
// Exits with 1 when one goes unnoticed or can no longer be made.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../places.mjs";
import { application } from "./application.mjs";
import { editedTexts, firstFailure, whileEdited, withCopy } from "./copy.mjs";
import { guards } from "./guards.mjs";
import { link } from "./link.mjs";
import { memory } from "./memory.mjs";
import { worker } from "./worker.mjs";

/** Each with the tests that look for its mutations, unless a mutation names its own. */
const sets = { memory, worker, guards, link, application };

const given = process.argv.slice(2);
const isCheck = given[0] === "--check";
const only = Object.keys(sets).find((name) => name === given[0]);
const wanted = new RegExp((only === undefined ? given[0] : given[1]) ?? "");
const mutations = Object.entries(sets).flatMap(([set, { tests, mutations }]) =>
  mutations.map((mutation) => ({ set, tests, ...mutation })),
);

if (isCheck) {
  const stale = mutations.filter(({ edits }) => editedTexts(edits, readSource) === undefined);
  for (const { name } of stale) console.log(`NO MATCH  ${name}`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  const chosen = mutations.filter(({ set, name }) => (only === undefined || set === only) && wanted.test(name));
  process.exitCode = (await withCopy((folder) => allKilled(folder, chosen))) ? 0 : 1;
}

function readSource(file) {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

async function allKilled(folder, chosen) {
  const startedAt = performance.now();
  const broken = await firstFailure(folder, [...new Set(chosen.flatMap(({ tests }) => tests))], 1_800_000);
  if (broken !== undefined) throw new Error(`A test fails without any mutation: ${broken}`);
  const longestMs = Math.max(60_000, 3 * (performance.now() - startedAt));
  let killed = 0;
  for (const { name, edits, tests } of chosen) {
    // In an object, because no failure at all is `undefined`.
    const outcome = await whileEdited(folder, edits, async () => ({
      failed: await firstFailure(folder, tests, longestMs),
    }));
    if (outcome === undefined) console.log(`NO MATCH  ${name}`);
    else if (outcome.failed === undefined) console.log(`SURVIVED  ${name}`);
    else {
      killed++;
      console.log(`killed    ${name}\n          by: ${outcome.failed}`);
    }
  }
  console.log(`${killed} of ${chosen.length} are noticed.`);
  return killed === chosen.length;
}
