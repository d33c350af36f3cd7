// Makes two things of the worker's modules, each in one piece, with the licences of the packages in it: the file that the
// thread runs, with grpc-js left beside it, and the text that bundlers get as `#bundled-worker`, with all that it needs.
import { writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, join } from "node:path";
import { dist, modules } from "../places.mjs";
import { enginesFile } from "./bundle-guard-engines.mjs";
import { licenceComment } from "./licences.mjs";
import { rolled, small } from "./rolled.mjs";

const threadFile = join(dist, "worker", "thread.generated.cjs");
/** CommonJS, which every bundler and Jest can load; the ES module beside it passes it on. */
const textFile = join(dist, "main", "hosting", "bundled-worker.generated.cjs");
const passedOn = textFile.replace(/\.cjs$/, ".js");
/** Left out of the file: it is large, and a process may well have it already, or be given a newer one for its safety. */
const beside = ["@grpc/grpc-js"];

/** What is made, and how. */
export function bundleWorker() {
  return { made: [threadFile, textFile, passedOn], make };
}

async function make() {
  const file = await chunkOf({
    external: beside,
    engines: join(modules, "shared", "guards", "engines-node.js"),
    minify: small,
  });
  refuseForeign(file, beside);
  writeFileSync(threadFile, `${file.code}\n${licenceComment(file.moduleIds)}`);
  const text = await chunkOf({
    engines: enginesFile,
    minify: small,
  });
  // In a worker made from text, only what Node.js brings can be loaded.
  refuseForeign(text, []);
  const licences = licenceComment(text.moduleIds);
  writeFileSync(textFile, `exports.bundledWorker = ${JSON.stringify(text.code)};\n${licences}`);
  writeFileSync(passedOn, `export { bundledWorker } from "./${basename(textFile)}";\n`);
}

/** One CommonJS chunk: Node.js loads that kind sooner than an ES module. */
async function chunkOf({ external = [], engines, minify = false }) {
  const [chunk] = await rolled(
    {
      input: join(modules, "worker", "thread.js"),
      external,
      resolve: { alias: { "#guard-engines": engines } },
      plugins: [importedAtOnce, foundFromThread],
    },
    { format: "cjs", codeSplitting: false, minify },
    // protobufjs makes code from text; so it does without a bundle.
    ["EVAL"],
  );
  return chunk;
}

/**
 * Within one piece nothing is loaded later. A dynamic import would have every module that it shares with the rest put into
 * functions, which makes the hot ones slower; what is imported at once is only defined, and compiled when it is called.
 */
const importedAtOnce = {
  name: "imported-at-once",
  transform(code, id) {
    if (!/[\\/]worker[\\/]providers[\\/]lazily\.js$/.test(id)) return undefined;
    const dynamic = /const (\{ \w+ \}) = await import\(("[^"]+")\);/;
    if (!dynamic.test(code)) throw new Error(`${id} has no dynamic import.`);
    return `import ${dynamic.exec(code).slice(1).join(" from ")};\n${code.replace(dynamic, "")}`;
  },
};

/** What guards need of foreign code lies where it did, seen from another folder. */
const foundFromThread = {
  name: "found-from-thread",
  transform: (code, id) =>
    /[\\/]guards[\\/]engines-node\.js$/.test(id)
      ? code.replace('"./engines.generated.cjs"', '"../shared/guards/engines.generated.cjs"')
      : undefined,
};

function refuseForeign({ fileName, imports, dynamicImports }, allowed) {
  const foreign = [...imports, ...dynamicImports].filter(
    (name) => !builtinModules.includes(name.replace(/^node:/, "")) && name !== fileName && !allowed.includes(name),
  );
  if (foreign.length > 0) throw new Error(`The worker's bundle still loads ${foreign.join(", ")}.`);
}
