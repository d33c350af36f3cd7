// Puts the modules that importing the package loads into one file, because Node.js takes longer to find and link some seventy
// small files than to run them. Each of them stays importable where it was, as a line that re-exports from the one file. So the
// other entries, the command and the tests share its classes, and what is tested is what is shipped.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { dist, modules, root } from "../places.mjs";
import { filesBelow } from "./files.mjs";
import { licenceComment } from "./licences.mjs";
import { isPackage, plain, rolled } from "./rolled.mjs";

/** Beside the modules of src/main/hosting: what they name by their own address has to be found from here. */
const library = "main/hosting/library";

/** What is made, and how. */
export function bundleLibrary() {
  const names = filesBelow(modules)
    .filter((file) => file.endsWith(".js"))
    .map((file) => relative(modules, file));
  return {
    made: [`${library}.generated.js`, ...names].map((name) => join(dist, name)),
    async make() {
      const inside = await libraryModules();
      await writeLibrary(inside);
      for (const name of names) {
        if (!inside.includes(join(modules, name))) await copy(name);
      }
      refuseCircles();
    },
  };
}

/** Files that the package's main entry imports, directly or not. What it imports later is not among them. */
async function libraryModules() {
  const [{ moduleIds }] = await rolled(from(join(modules, "index.js")), { format: "esm", codeSplitting: false });
  return moduleIds.filter((id) => id.startsWith(modules));
}

async function writeLibrary(inside) {
  const nameOf = (file) => posix(relative(modules, file)).replace(/\.js$/, "");
  const files = await rolled(from(Object.fromEntries(inside.map((file) => [nameOf(file), file]))), {
    ...plain,
    format: "esm",
    dir: dist,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].generated.js",
    minifyInternalExports: false,
    codeSplitting: { groups: [{ name: library, test: () => true }] },
  });
  const chunks = files.filter(({ isEntry }) => !isEntry);
  if (chunks.length !== 1) throw new Error(`There are ${chunks.length} files of the library where one was expected.`);
  const left = inside.filter((file) => !chunks[0].moduleIds.includes(file));
  if (left.length > 0) throw new Error(`The library's file misses ${left.join(", ")}.`);
}

/** Packages stay outside. */
function from(input) {
  return { input, external: isPackage, plugins: [{ name: "later", resolveDynamicImport: later }] };
}

/** A module that is imported only when it is needed stays where it is. */
function later(specifier, importer) {
  const file = join(dirname(importer), specifier);
  return { id: posix(relative(join(modules, dirname(library)), file)), external: true };
}

/** Names of chunks and modules have forward slashes on every system. */
function posix(path) {
  return path.replaceAll("\\", "/");
}

/** Packages of which only a small part is used: the modules that import them get that part, and the rest is not installed. */
const partly = ["js-yaml"];

async function copy(name) {
  const [from, to] = [modules, dist].map((folder) => join(folder, name));
  mkdirSync(dirname(to), { recursive: true });
  const text = readFileSync(from, "utf8");
  if (!partly.some((part) => text.includes(`from "${part}"`))) return copyFileSync(from, to);
  const external = (id) => id !== from && !partly.includes(id) && !id.includes("node_modules");
  const [made] = await rolled({ input: from, external }, { format: "esm", codeSplitting: false });
  writeFileSync(to, `${made.code}\n${licenceComment(made.moduleIds)}`);
}

/** What the one file imports by `#` names is outside it, and must not import it. */
function refuseCircles() {
  const { imports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const [name, { "module-sync": file }] of Object.entries(imports)) {
    if (/from "\.{1,2}\//.test(readFileSync(join(root, file), "utf8"))) {
      throw new Error(`${file}, which is ${name}, imports modules of the library, and is imported by them.`);
    }
  }
}
