// Loads TypeScript as it is, and vitest.mjs in the place of Vitest.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const vitest = new URL("vitest.mjs", import.meta.url).href;
const dist = pathToFileURL(`${process.cwd()}/dist/`);

/** What vitest.config.ts has for these, without the net for secrets. */
const packages = {
  "configstream-consumer": "index.js",
  "configstream-consumer/internal": "internal/index.js",
  "configstream-consumer/internal/link": "internal/link.js",
};

export async function resolve(specifier, context, next) {
  if (specifier === "vitest") return { url: vitest, shortCircuit: true };
  const built = packages[specifier];
  if (built !== undefined) return { url: new URL(built, dist).href, shortCircuit: true };
  if (/^\.{1,2}\/.*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    if (existsSync(source)) return { url: source.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const path = fileURLToPath(url);
  // Not to the newest language: Node.js 20 has no `using`.
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(readFileSync(path, "utf8"), { compilerOptions, fileName: path });
  return { format: "module", source: outputText, shortCircuit: true };
}
