// Puts what guards may need of foreign code, ajv and re2js, into one file, as text that runs when it is asked for: so nobody installs
// five further packages, and a consumer without such guards loads none of them.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { dist } from "../places.mjs";
import { licenceComment } from "./licences.mjs";
import { rolled } from "./rolled.mjs";

/** CommonJS, which every bundler can load; the ES module beside it passes it on. */
export const enginesFile = join(dist, "shared", "guards", "engines.generated.cjs");
const passedOn = enginesFile.replace(/\.cjs$/, ".js");

/** What is made, and how. */
export function bundleGuardEngines() {
  return { made: [enginesFile, passedOn], make };
}

async function make() {
  const [made] = await rolled(
    { input: entry, plugins: [entryText] },
    { format: "cjs", codeSplitting: false, minify: true },
  );
  mkdirSync(dirname(enginesFile), { recursive: true });
  writeFileSync(enginesFile, `${made.code}\n${licenceComment(made.moduleIds)}`);
  writeFileSync(passedOn, `export { loadAjv, loadRe2 } from "./${basename(enginesFile)}";\n`);
}

const entry = "guard-engines.cjs";

/** What is required inside of a function is put into a function itself, and runs with the first call. */
const entryText = {
  name: "entry-text",
  resolveId: (id) => (id === entry ? id : undefined),
  load: (id) =>
    id === entry
      ? 'exports.loadAjv = () => require("ajv").Ajv;\nexports.loadRe2 = () => require("re2js").RE2JS;\n'
      : undefined,
};
