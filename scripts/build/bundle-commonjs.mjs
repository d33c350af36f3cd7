// Makes the CommonJS build of the entries that applications and their tests load, with its types. Node.js itself never loads it:
// `require` gives it the ES modules, so that a process has one copy of the library (package.json, condition `module-sync`). It is
// there because of tools that load CommonJS by themselves, such as Jest, and for TypeScript before 5.8.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dist, modules } from "../places.mjs";
import { declarationsFrom, specifier } from "./declarations.mjs";
import { filesBelow } from "./files.mjs";
import { licenceComment } from "./licences.mjs";
import { isPackage, rolled, small } from "./rolled.mjs";

const entries = ["index", "testing/index"];
const library = "main/hosting/library";
/**
 * Packages that are bundled: those that exist as ES modules only, which tools that load CommonJS by themselves cannot load, and
 * one that is not installed.
 */
const inside = ["chokidar", "comlink", "readdirp", "js-yaml"];

/** What is made, and how. */
export function bundleCommonJs() {
  const made = [...entries.flatMap((name) => [`${name}.cjs`, `${name}.d.cts`]), `${library}.generated.cjs`];
  return { made: [...made, "main/status/prom-client-bundled.cjs"].map((name) => join(dist, name)), make };
}

async function make() {
  for (const file of filesBelow(dist)) if (/\.(d\.cts|cjs)$/.test(file) && !file.includes(".generated.")) rmSync(file);
  const files = await rolled(
    { input: Object.fromEntries(entries.map((name) => [name, join(modules, `${name}.js`)])), external: isOutside },
    { ...common, minify: small, dir: dist, codeSplitting: { groups: [{ name: library, test: () => true }] } },
  );
  const chunks = files.filter(({ isEntry }) => !isEntry);
  if (chunks.length !== 1) throw new Error(`There are ${chunks.length} files of the library where one was expected.`);
  const file = join(dist, chunks[0].fileName);
  writeFileSync(file, `${readFileSync(file, "utf8")}\n${licenceComment(chunks[0].moduleIds)}`);
  await rolled(
    {
      input: { "main/status/prom-client-bundled": join(modules, "main/status/prom-client-bundled.js") },
      external: isOutside,
    },
    { ...common, dir: dist },
  );
  for (const name of declarationsFrom(entries)) writeCommonJsTypes(name);
}

const common = {
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name].generated.cjs",
  minifyInternalExports: false,
};

function isOutside(id) {
  return isPackage(id) && !inside.includes(id.split("/")[0]);
}

/** TypeScript takes a declaration to be of the kind of module that its ending says. */
function writeCommonJsTypes(name) {
  const text = readFileSync(join(modules, `${name}.d.ts`), "utf8");
  mkdirSync(dirname(join(dist, name)), { recursive: true });
  writeFileSync(join(dist, `${name}.d.cts`), text.replace(specifier, '$1$2.cjs"'));
}
