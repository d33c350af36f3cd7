// Puts the declarations in place that the package's entries lead to, directly or not; those of all other modules are not shipped.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { dist, modules, root } from "../places.mjs";
import { filesBelow } from "./files.mjs";

/** A relative module in a declaration: what is before its name, and its name without the ending. */
export const specifier = /((?:from|import)\s*\(?\s*")(\.{1,2}\/[^"]+)\.js"/g;

/** What is made, and how. */
export function copyDeclarations() {
  const names = entries();
  return { made: names.map((name) => join(dist, `${name}.d.ts`)), make: () => make(names) };
}

function make(names) {
  for (const file of filesBelow(dist)) if (file.endsWith(".d.ts")) rmSync(file);
  for (const name of declarationsFrom(names)) {
    mkdirSync(dirname(join(dist, name)), { recursive: true });
    copyFileSync(join(modules, `${name}.d.ts`), join(dist, `${name}.d.ts`));
  }
}

/** What package.json names as types, without the folder and the ending. */
function entries() {
  const { exports, imports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return [...Object.values(exports), ...Object.values(imports)]
    .map(({ types }) => /^\.\/dist\/(.*)\.d\.ts$/.exec(types ?? "")?.[1])
    .filter((name) => name !== undefined);
}

/** Names of the declarations that these lead to, themselves included. */
export function declarationsFrom(names) {
  const found = new Set(names);
  for (const name of found) {
    const file = join(modules, `${name}.d.ts`);
    for (const [, , target] of readFileSync(file, "utf8").matchAll(specifier)) {
      const next = relative(modules, join(dirname(file), target)).replaceAll("\\", "/");
      if (!existsSync(join(modules, `${next}.d.ts`)))
        throw new Error(`${name}.d.ts names ${target}, which has no types.`);
      found.add(next);
    }
  }
  return [...found];
}
