/** Writes a section as a binding: its shape, and the function that makes it. Deterministic. Pure. */
import { handleText } from "./handle-text.js";
import { header, importOf, shapeText } from "./module-text.js";
import { isLeaf, memberName, pascalCase, type Tree } from "./setting-tree.js";

/** The module for what is below `section`. `name`: of the interface; by default made of the section's. */
export function writeBinding(tree: Tree, section: string, name = pascalCase(section)): string {
  const shape = shapeText(tree, "");
  return [
    header,
    importOf(["Binding", "Reader"], shape),
    `\n/** The settings below ${section.replaceAll("*/", "* /")}, all of one publish. */`,
    `export interface ${name} ${shape}`,
    "\n/** They are read together, and renewed when one of them changes. */",
    `export function bind${name}(cfg: Reader): Binding<${name}> {`,
    `  return ${bindText(tree, "  ")};`,
    "}\n",
  ].join("\n");
}

function bindText(tree: Tree, indent: string): string {
  const inner = `${indent}  `;
  const members = Object.entries(tree).map(([name, node]) => {
    const text = isLeaf(node) ? handleText(node).code : bindText(node, inner);
    return `${inner}${memberName(name)}: ${text},\n`;
  });
  return `cfg.bind({\n${members.join("")}${indent}})`;
}
