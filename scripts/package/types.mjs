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
  { name: "nodenext, ES module", kind: "mts", module: "nodenext", moduleResolution: "nodenext" },
  { name: "nodenext, CommonJS", kind: "cts", module: "nodenext", moduleResolution: "nodenext" },
  { name: "bundler", kind: "ts", module: "esnext", moduleResolution: "bundler" },
  {
    name: "nodenext, where the project names neither Node.js nor disposables",
    kind: "mts",
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2022"],
    types: [],
  },
];

/** What a project has that never named another resolution. It sees the library, and none of the entries of the command's package. */
const node10 = {
  name: "node10",
  kind: "ts",
  programs: ["library"],
  module: "commonjs",
  moduleResolution: "node10",
};

export async function checkTypes({ tell, packs, project }) {
  for (const [name, args] of Object.entries(entries)) {
    tell(`are the types wrong: ${name}`, problemsOf(attw, packs.library, args));
  }
  tell("are the types wrong: the command's package", problemsOf(attw, packs.command, esModulesOnly));
  for (const [compiler, tsc] of Object.entries(compilers)) {
    for (const setting of settings) {
      tell(`${compiler} compiles with ${setting.name}`, problemsOf(compile, project, tsc, setting));
    }
  }
  tell("TypeScript 5.8 compiles with node10", problemsOf(compile, project, compilers["TypeScript 5.8"], node10));
}

/**
 * Entries that have ES modules only, which the oldest Node.js that is supported can `require`: that `require` gives an ES module is
 * no fault there, nor that the resolution of Node.js before 12 does not see `exports`.
 */
const esModulesOnly = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"];
const others = ["./register", "./worker", "./internal", "./internal/link"];
const entries = {
  "what applications and their tests load": ["--exclude-entrypoints", ...others],
  "the other entries": ["--entrypoints", ...others, ...esModulesOnly],
};

function attw(pack, args) {
  const cli = toolFile("@arethetypeswrong/cli/dist/index.js");
  run(process.execPath, [cli, pack.file, "--no-color", "--no-emoji", ...args]);
}

function compile(project, tsc, { name, kind, programs = ["library", "core-agent"], ...options }) {
  const folder = join(project, `types-${name.replace(/\W+/g, "-")}`);
  mkdirSync(folder, { recursive: true });
  const files = programs.map((program) => `${program}.${kind}`);
  programs.forEach((program, at) => {
    copyFileSync(join(apps, `${program}.ts`), join(folder, files[at]));
  });
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
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
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
