// Makes two things of the worker's modules, each in one piece, and the licences of the packages in them: the file that the
// thread runs, with grpc-js left beside it, and the text that bundlers get as `#bundled-worker`, with all that it needs.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { dist, modules } from "./places.mjs";
import { rolled } from "./rolled.mjs";

const threadFile = join(dist, "worker", "thread.generated.cjs");
const textFile = join(dist, "main", "hosting", "bundled-worker.generated.js");
/** Left out of the file: it is large, and a process may well have it already, or be given a newer one for its safety. */
const beside = ["@grpc/grpc-js"];

/** What is made, and how. */
export function bundleWorker() {
  return { made: [threadFile, textFile], make };
}

async function make() {
  const file = await chunkOf({ external: beside });
  refuseForeign(file, beside);
  writeFileSync(threadFile, file.code);
  // Names stay as they are: they stand in errors.
  const text = await chunkOf({ minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } } });
  // In a worker made from text, only what Node.js brings can be loaded.
  refuseForeign(text, []);
  writeFileSync(textFile, `export const bundledWorker = ${JSON.stringify(text.code)};\n`);
  writeFileSync(textFile.replace(/\.js$/, ".LICENSES.txt"), licences(packagesOf(text.moduleIds)));
}

/** One CommonJS chunk: Node.js loads that kind sooner than an ES module. */
async function chunkOf({ external = [], minify = false }) {
  const [chunk] = await rolled(
    { input: join(modules, "worker", "thread.js"), external },
    { format: "cjs", codeSplitting: false, minify },
    // protobufjs makes code from text; so it does without a bundle.
    ["EVAL"],
  );
  return chunk;
}

function refuseForeign({ fileName, imports, dynamicImports }, allowed) {
  const foreign = [...imports, ...dynamicImports].filter(
    (name) => !builtinModules.includes(name.replace(/^node:/, "")) && name !== fileName && !allowed.includes(name),
  );
  if (foreign.length > 0) throw new Error(`The worker's bundle still loads ${foreign.join(", ")}.`);
}

/** Folders of the packages that the modules come from. */
function packagesOf(moduleIds) {
  const folders = moduleIds.map(
    (id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"))?.[1],
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

function licences(folders) {
  return folders
    .map((folder) => {
      const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
      const by = typeof author === "string" ? author : author?.name;
      const text = file ? readFileSync(join(folder, file), "utf8").trim() : `${license}${by ? `, ${by}` : ""}`;
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
