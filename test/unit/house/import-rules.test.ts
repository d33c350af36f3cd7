import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../../../src", import.meta.url));
/** The package of the command and the core agent: its rooms have no name in common with the library's. */
const companion = fileURLToPath(new URL("../../../packages/configstream/src", import.meta.url));

interface SourceFile {
  /** Path below src/, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Every module named in an import, export, dynamic import or `new URL(…, import.meta.url)`, also by way of `here`. */
  readonly imports: readonly string[];
  /** The same without imports of types alone, which vanish when the code is built. */
  readonly loads: readonly string[];
}

function load(src: string): SourceFile[] {
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => {
      const path = file.split(sep).join("/");
      const text = readFileSync(join(src, file), "utf8");
      const namesIn = (code: string) =>
        ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName);
      const workers = [...text.matchAll(/new URL\("([^"]+)", (?:import\.meta\.url|here)\)/g)].map(
        (match) => match[1] as string,
      );
      const loads = namesIn(text.replace(/^import type [^;]*;/gm, ""));
      return { path, text, imports: [...namesIn(text), ...workers], loads };
    });
}

/** The file below src/ that an import names; `undefined` for packages and for files outside src/. */
function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const target = relative(src, join(src, dirname(from), specifier))
    .split(sep)
    .join("/");
  return target.startsWith("..") ? undefined : target.replace(/\.js$/, ".ts");
}

/** Folder directly below src/; "" for files in src/ itself. */
function room(path: string): string {
  return path.includes("/") ? (path.split("/")[0] as string) : "";
}

const library = load(src);
const files = [...library, ...load(companion)];

/** What `main` starts by its address only. */
const starts = ["worker/thread.ts", "worker/thread.generated.cjs"];

/** Rooms that each room may import from, itself excepted. */
const allowed: Record<string, readonly string[]> = {
  shared: [],
  memory: ["shared"],
  wire: ["shared"],
  main: ["memory", "shared"],
  worker: ["files", "memory", "shared", "wire"],
  files: ["shared"],
  local: ["files", "main", "memory", "shared", "worker"],
  internal: ["files", "main", "shared", "wire", "worker"],
  "core-agent": [],
  register: ["main", "shared"],
  testing: ["local", "main", "shared"],
  cli: ["core-agent"],
  "": ["files", "local", "main", "shared"],
};

describe("the rooms of src/", () => {
  it("are all known to this test", () => {
    const rooms = new Set(files.map(({ path }) => room(path)));
    expect([...rooms].filter((name) => !(name in allowed))).toEqual([]);
  });

  it("import in one direction only", () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .map((specifier) => resolve(path, specifier))
        .filter((target): target is string => target !== undefined)
        .filter((target) => room(target) !== room(path) && !(allowed[room(path)] ?? []).includes(room(target)))
        .filter((target) => path !== "main/hosting/worker-code.ts" || !starts.includes(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("have no circles of imports", () => {
    const graph = new Map(
      files.map(({ path, text }) => {
        // Type imports vanish, and cannot make a circle at run time.
        const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
        const targets = source.statements.flatMap((statement) => {
          const isImport = ts.isImportDeclaration(statement) && !isTypeOnly(statement);
          const isExport = ts.isExportDeclaration(statement) && !statement.isTypeOnly;
          if (!isImport && !isExport) return [];
          const specifier = statement.moduleSpecifier;
          return specifier && ts.isStringLiteral(specifier) ? [resolve(path, specifier.text) ?? ""] : [];
        });
        return [path, targets] as const;
      }),
    );
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      if (done.has(path) || trail.includes(path)) return;
      for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
      done.add(path);
    };
    for (const { path } of files) visit(path, []);
    expect(circles).toEqual([]);
  });
});

function isTypeOnly(statement: ts.ImportDeclaration): boolean {
  const clause = statement.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  return (
    clause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((element) => element.isTypeOnly)
  );
}

describe("the dangerous and the heavy", () => {
  const uses = (pattern: RegExp) =>
    files.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path);
  const importers = (name: string) =>
    files
      .filter(({ loads }) => loads.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)))
      .map(({ path }) => path)
      .sort();

  it("keep Atomics in the two files that each own a memory", () => {
    expect(uses(/\bAtomics\s*\./)).toEqual(["memory/region.ts", "memory/untold.ts"]);
  });

  it("import msgpackr in the codec only", () => {
    expect(importers("msgpackr")).toEqual(["memory/codec.ts"]);
  });

  it("import comlink at the two ends of the control port only", () => {
    expect(importers("comlink")).toEqual(["main/hosting/worker-host.ts", "worker/thread.ts"]);
  });

  it("import grpc-js in the worker's transport and in the core agent only", () => {
    expect(importers("@grpc/grpc-js").filter((path) => !path.startsWith("core-agent/"))).toEqual([
      "worker/link/transport.ts",
      "worker/link/zoned-resolver.ts",
    ]);
  });

  it("import proto-loader in the core agent's contract only, and protobufjs nowhere", () => {
    expect(importers("@grpc/proto-loader")).toEqual(["core-agent/contract.ts"]);
    expect(importers("protobufjs")).toEqual([]);
  });

  it("import prom-client in the core agent's metrics, and for the consumer's in the two files that load it", () => {
    expect(importers("prom-client")).toEqual([
      "core-agent/metrics.ts",
      "main/status/prom-client-bundled.ts",
      "main/status/prom-client-node.ts",
    ]);
    expect(importers("#prom-client")).toEqual(["main/status/prom-client.ts"]);
  });

  it("leave clock and chance to whoever composes: the policies take them as parameters", () => {
    const pure = [
      "shared/backoff.ts",
      "worker/engine/sequencer.ts",
      "worker/settings/layers.ts",
      "worker/settings/diff.ts",
      "worker/settings/priority.ts",
      "worker/settings/dialects.ts",
      "worker/settings/overrides.ts",
      "worker/settings/flatten.ts",
      "memory/writer/value-space.ts",
    ];
    const paths = files.map(({ path }) => path);
    expect(pure.filter((path) => !paths.includes(path))).toEqual([]);
    const impure = files.filter(
      ({ path, text }) =>
        pure.includes(path) &&
        /Date\.now|performance\.|Math\.random|setTimeout|setInterval|setImmediate|from "node:/.test(
          withoutComments(text),
        ),
    );
    expect(impure.map(({ path }) => path)).toEqual([]);
  });

  it("have no default exports, no `any`, and no console in the library", () => {
    expect(uses(/^export default /m)).toEqual([]);
    expect(uses(/:\s*any\b|<any>|\bas any\b/)).toEqual([]);
    expect(uses(/\bconsole\./)).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
