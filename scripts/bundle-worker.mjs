// Makes what bundlers get as `#bundled-worker`: the worker with all that it needs as one CommonJS text, and the licences
// of the packages in it.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = join(root, "dist", "main", "bundled-worker.generated.js");

export async function bundleWorker() {
  if (isUpToDate()) return;
  const bundle = await rolldown({
    input: join(root, "dist", "worker", "entry.js"),
    platform: "node",
    onLog(level, log, handler) {
      // protobufjs makes code from text; so it does without a bundle.
      if (log.code !== "EVAL") handler(level === "warn" ? "error" : level, log);
    },
  });
  const { output } = await bundle.generate({
    format: "cjs",
    codeSplitting: false,
    // Names stay as they are: they stand in errors.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  const [chunk] = output;
  refuseForeign([...chunk.imports, ...chunk.dynamicImports]);
  writeFileSync(target, `export const bundledWorker = ${JSON.stringify(chunk.code)};\n`);
  writeFileSync(target.replace(/\.js$/, ".LICENSES.txt"), licences(packagesOf(chunk.moduleIds)));
}

/** In a worker made from text, only what Node.js brings can be loaded. */
function refuseForeign(imports) {
  const foreign = imports.filter((name) => !builtinModules.includes(name.replace(/^node:/, "")));
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

/** True when nothing that the bundle is made from is newer than it. */
function isUpToDate() {
  if (!existsSync(target)) return false;
  const folders = ["worker", "shared"].map((name) => join(root, "dist", name));
  const files = folders.flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)));
  const made = statSync(target).mtimeMs;
  return [...files, join(root, "package-lock.json"), fileURLToPath(import.meta.url)].every(
    (file) => statSync(file).mtimeMs < made,
  );
}
