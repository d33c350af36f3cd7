/**
 * A tree of sources, as the rules of the house look at it: which file names which, circles, large folders, deep classes. Pure but
 * for `readTree`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import ts from "typescript";

/** One file. */
export interface Source {
  /** Path below the tree's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Every module that is named in an import, export, dynamic import, type import or `new URL(…, import.meta.url)`. */
  readonly imports: readonly string[];
  /** The same without those of types alone, which vanish when the code is built. */
  readonly loads: readonly string[];
}

/** All sources below a folder. */
export function readTree(root: string): Source[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => sourceOf(file.split(sep).join("/"), readFileSync(join(root, file), "utf8")));
}

/** What is in one file. */
export function sourceOf(path: string, text: string): Source {
  const imports = new Set<string>();
  const loads = new Set<string>();
  const visit = (node: ts.Node): void => {
    const [name, isLoaded] = namedBy(node);
    if (name !== undefined) imports.add(name);
    if (name !== undefined && isLoaded) loads.add(name);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return { path, text, imports: [...imports], loads: [...loads] };
}

/** The module that a piece of code names, and whether running the code loads it. */
function namedBy(node: ts.Node): [string | undefined, boolean] {
  if (ts.isImportDeclaration(node)) return [textOf(node.moduleSpecifier), !isTypeOnly(node)];
  if (ts.isExportDeclaration(node)) return [textOf(node.moduleSpecifier), !node.isTypeOnly];
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return [textOf(node.argument.literal), false];
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return [textOf(node.arguments[0]), true];
  const isRequire = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "require";
  if (isRequire) return [textOf(node.arguments[0]), true];
  // Of an address of its own, `here` stands for `import.meta.url`.
  const isUrl = ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "URL";
  return isUrl && node.arguments?.length === 2 ? [textOf(node.arguments[0]), true] : [undefined, false];
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.isTypeOnly) return true;
  const { name, namedBindings } = importClause;
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.every((element) => element.isTypeOnly);
}

/** The file of the tree that a relative import names; one that starts with `../` lies outside. `undefined` for packages. */
export function targetOf(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\.js$/, ".ts");
}

/** The innermost of the named rooms that a file lies in; "" for what lies in none. */
export function roomOf(path: string, rooms: readonly string[]): string {
  const around = rooms.filter((room) => room !== "" && path.startsWith(`${room}/`));
  return around.reduce((longest, room) => (room.length > longest.length ? room : longest), "");
}

/** Files that a file starts by their address alone, in a thread or process of their own. */
export type Starts = Readonly<Record<string, readonly string[]>>;

/** Circles of imports, those of types included, each as the path around it. */
export function circles(sources: readonly Source[], starts: Starts = {}): string[] {
  const targets = new Map(
    sources.map(({ path, imports }) => [path, imports.map((specifier) => targetOf(path, specifier) ?? "")]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of targets.get(path) ?? []) {
      if (!starts[path]?.includes(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}

/** Folders with more entries than allowed, generated files not counted. */
export function largeFolders(paths: readonly string[], most: number): string[] {
  const entries = new Map<string, Set<string>>();
  for (const path of paths.filter((path) => !path.includes(".generated."))) {
    const parts = path.split("/");
    for (const [depth, part] of parts.entries()) {
      const folder = parts.slice(0, depth).join("/");
      entries.set(folder, (entries.get(folder) ?? new Set()).add(part));
    }
  }
  return [...entries].filter(([, { size }]) => size > most).map(([folder]) => folder);
}

/**
 * Classes that are more than `most` levels deep, counting themselves and the classes of the tree that they extend; each with
 * those.
 */
export function deepClasses(sources: readonly Source[], most: number): string[] {
  const bases = new Map<string, string | undefined>();
  for (const { path, text } of sources) {
    const visit = (node: ts.Node): void => {
      if (ts.isClassLike(node) && node.name) bases.set(node.name.text, baseOf(node));
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  }
  const chain = (name: string): string[] => {
    const base = bases.get(name);
    return base === undefined || !bases.has(base) ? [name] : [name, ...chain(base)];
  };
  return [...bases.keys()]
    .map(chain)
    .filter(({ length }) => length > most)
    .map((names) => names.join(" < "));
}

function baseOf(node: ts.ClassLikeDeclaration): string | undefined {
  const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  const expression = clause?.types[0]?.expression;
  return expression !== undefined && ts.isIdentifier(expression) ? expression.text : undefined;
}

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
