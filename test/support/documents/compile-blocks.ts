/** Compiles blocks of code as a reader's files would be, without writing them: strictly, and JavaScript without types. */
import { readFileSync } from "node:fs";
import ts from "typescript";
import type { Block } from "./documents.js";
import { root } from "./documents.js";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What is wrong with the blocks, one line each. A line that says `// does not compile` must not, all others must. */
export function problemsOfBlocks(blocks: readonly Block[]): string[] {
  const typed = blocks.filter(({ language }) => /^[cm]?ts$/.test(language));
  const untyped = blocks.filter(({ language }) => /^[cm]?js$/.test(language));
  return [...compile(typed, options), ...compile(untyped, { ...options, noImplicitAny: false })];
}

/** What is no block, such as the library of the language: read once, because it takes longer than the blocks do. */
const others = new Map<string, ts.SourceFile | undefined>();

function compile(blocks: readonly Block[], compilerOptions: ts.CompilerOptions): string[] {
  if (blocks.length === 0) return [];
  // In the root, so that the package's own name leads to it.
  const files = new Map(blocks.map((block, index) => [`${root}block-${index}.mts`, block]));
  const host = ts.createCompilerHost(compilerOptions);
  const { fileExists, readFile, getSourceFile } = host;
  const textOf = (name: string) => {
    const block = files.get(name);
    // On one line, so that line numbers are the page's; and a module even when it imports nothing.
    return block && `${(block.given || commonNames(block.code)).replaceAll("\n", " ")} export {};\n${block.code}`;
  };
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.readFile = (name) => textOf(name) ?? readFile.call(host, name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = textOf(name);
    if (text !== undefined) return ts.createSourceFile(name, text, version, true);
    const parsed = others.get(name) ?? getSourceFile.call(host, name, version, ...rest);
    others.set(name, parsed);
    return parsed;
  };
  const program = ts.createProgram([...files.keys()], compilerOptions, host);
  return [...files].flatMap(([name, block]) => problemsOf(program, name, block));
}

const exported = [...readFileSync(`${root}src/index.ts`, "utf8").matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
  .flatMap((match) => (match[1] as string).split(","))
  .map((name) => name.replace(/^\s*type\s/, "").trim())
  .filter((name) => name !== "");

/** What a fragment that imports nothing may use: the package's exports, a consumer and its reader. */
function commonNames(code: string): string {
  if (/^import /m.test(code)) return "";
  const declares = (name: string) => new RegExp(`\\b(const|let|function|class|interface|type) ${name}\\b`).test(code);
  const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(code) && !declares(name);
  const own = [
    { name: "consumer", type: "Consumer" },
    { name: "cfg", type: "Reader" },
  ].filter(({ name }) => uses(name));
  return [
    `import { ${exported.filter(uses).join(", ")} } from "configstream-consumer";`,
    ...own.map(({ name, type }) => `declare const ${name}: import("configstream-consumer").${type};`),
  ].join(" ");
}

function problemsOf(program: ts.Program, name: string, block: Block): string[] {
  const file = program.getSourceFile(name);
  if (file === undefined) throw new Error(`${block.at} was not compiled.`);
  const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  const found = diagnostics.map(({ start = 0, messageText }) => ({
    line: file.getLineAndCharacterOfPosition(start).line,
    text: ts.flattenDiagnosticMessageText(messageText, " "),
  }));
  const wrong = block.code
    .split("\n")
    .flatMap((text, index) => (/\/\/ does not compile/.test(text) ? [index + 1] : []));
  return [
    ...found
      .filter(({ line }) => !wrong.includes(line))
      .map(({ line, text }) => `${block.at}, line ${line === 0 ? "given" : line}: ${text}`),
    ...wrong
      .filter((line) => !found.some((each) => each.line === line))
      .map((line) => `${block.at}, line ${line}: compiles, though it says that it does not.`),
  ];
}
