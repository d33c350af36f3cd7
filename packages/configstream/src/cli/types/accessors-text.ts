/**
 * Writes settings as an object whose properties are the newest values, at the cost of a handle's read. Deterministic. Pure.
 *
 * Each is the getter of a class, over a handle of its own: engines take such getters into the loops of their callers, but read those of an
 * object literal ten times as slowly.
 */
import { handleText } from "./handle-text.js";
import { header, importOf, shapeText } from "./module-text.js";
import { isLeaf, type Leaf, memberName, type Tree } from "./setting-tree.js";

export function writeAccessors(tree: Tree, name: string): string {
  const shape = shapeText(tree, "");
  const handles = leavesOf(tree);
  const names = new Map(handles.map((leaf, at) => [leaf, `s${at}`]));
  return [
    header,
    importOf(["Reader"], shape),
    "\n/** Each property is the newest value of its setting. What belongs together is read by a binding. */",
    `export interface ${name} ${shape}`,
    "\n/** Finds every setting once; to be called once a thread. */",
    `export function read${name}(cfg: Reader): ${name} {`,
    ...handles.map((leaf) => `  const ${names.get(leaf)} = ${handleText(leaf).code};`),
    ...classesOf(tree, names),
    "}\n",
  ].join("\n");
}

/** A class for each section, those inside of others first, and what gives the outermost. */
function classesOf(tree: Tree, names: ReadonlyMap<Leaf, string>): readonly string[] {
  const lines: string[] = [];
  let made = 0;
  const instanceOf = (section: Tree): string => {
    const members = Object.entries(section).map(([name, node]) => {
      const member = memberName(name);
      if (!isLeaf(node)) return `    readonly ${member} = ${instanceOf(node)};`;
      return `    get ${member}() {\n      return ${names.get(node)}.value;\n    }`;
    });
    const name = `Section${made++}`;
    lines.push(`  class ${name} {`, ...members, "  }");
    return `Object.freeze(new ${name}())`;
  };
  const outermost = instanceOf(tree);
  return [...lines, `  return ${outermost};`];
}

function leavesOf(tree: Tree): readonly Leaf[] {
  return Object.values(tree).flatMap((node) => (isLeaf(node) ? [node] : leavesOf(node)));
}
