/** What modules that are written have in common. Pure. */
import { handleText } from "./handle-text.js";
import { isLeaf, memberName, type Tree } from "./setting-tree.js";

export const header = "// Written by configstream types. To follow the core agent, write it again rather than edit it.";

const packageTypes = ["Bytes", "ConfigValue"];

/** The import of `names`, and of what else of the package the text uses. */
export function importOf(names: readonly string[], text: string): string {
  const used = packageTypes.filter((type) => new RegExp(`\\b${type}\\b`).test(text));
  return `import type { ${[...names, ...used].sort().join(", ")} } from "configstream-consumer";`;
}

/** The types of the values of a section, as a nested type. */
export function shapeText(tree: Tree, indent: string): string {
  const inner = `${indent}  `;
  const members = Object.entries(tree).map(([name, node]) => {
    const type = isLeaf(node) ? handleText(node).type : shapeText(node, inner);
    return `${inner}readonly ${memberName(name)}: ${type};\n`;
  });
  return `{\n${members.join("")}${indent}}`;
}
