// The types, as TypeScript finds them in an installed package: by are-the-types-wrong, and by compiling a program.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { apps, run, toolFile } from "./project.mjs";

/**
 * The oldest compiler is the first that takes `require` of an ES module under `nodenext`; before, TypeScript refused
 * what Node.js 20.19 can.
 */
const compilers = {
  "the repository's TypeScript": createRequire(import.meta.url).resolve("typescript/lib/tsc.js"),
  "TypeScript 5.8": toolFile("typescript-oldest/lib/tsc.js"),
};

const settings = [
  { name: "nodenext, ES module", file: "sample.mts", module: "nodenext", moduleResolution: "nodenext" },
  { name: "nodenext, CommonJS", file: "sample.cts", module: "nodenext", moduleResolution: "nodenext" },
  { name: "bundler", file: "sample.ts", module: "esnext", moduleResolution: "bundler" },
  {
    name: "nodenext, where the project names neither Node.js nor disposables",
    file: "sample.mts",
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2022"],
    types: [],
  },
];

export async function checkTypes({ tell, pack, project }) {
  tell("are the types wrong", problemsOf(attw, pack));
  for (const [compiler, tsc] of Object.entries(compilers)) {
    for (const setting of settings) {
      tell(`${compiler} compiles with ${setting.name}`, problemsOf(compile, project, tsc, setting));
    }
  }
}

/**
 * The package has ES modules only, and the oldest Node.js that it supports can `require` them. So two of the tool's
 * findings are no faults here: that `require` gives an ES module (rule `cjs-resolves-to-esm`), and that TypeScript's
 * `node10` resolution, which stands for Node.js before 12, does not see `exports` (profile `node16` leaves it out).
 */
function attw(pack) {
  const cli = toolFile("@arethetypeswrong/cli/dist/index.js");
  const rules = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"];
  run(process.execPath, [cli, pack.file, ...rules, "--no-color", "--no-emoji"]);
}

function compile(project, tsc, { name, file, ...options }) {
  const folder = join(project, `types-${name.replace(/\W+/g, "-")}`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(apps, "sample.ts"), join(folder, file));
  const compilerOptions = {
    target: "es2022",
    lib: ["es2023", "esnext.disposable"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    // A library's own types are checked too.
    skipLibCheck: false,
    noEmit: true,
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
  run(process.execPath, [tsc, "-p", folder]);
}

function problemsOf(check, ...args) {
  try {
    check(...args);
    return [];
  } catch (error) {
    return [error.message];
  }
}
