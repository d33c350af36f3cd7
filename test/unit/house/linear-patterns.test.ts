import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { analyse } from "scslre";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const roots = ["src", "packages/configstream/src"];

interface Pattern {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression that is written as a literal. */
function patternsOf(root: string): Pattern[] {
  const folder = fileURLToPath(new URL(`../../../${root}`, import.meta.url));
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const name = `${root}/${file.split(sep).join("/")}`;
      return patternsIn(readFileSync(join(folder, file), "utf8"), name);
    });
}

function patternsIn(text: string, name: string): Pattern[] {
  const found: Pattern[] = [];
  const tree = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
      const literal = node.getText(tree);
      const end = literal.lastIndexOf("/");
      const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
      found.push({ where: `${name}:${line}`, source: literal.slice(1, end), flags: literal.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** How an attack would go, for each way in which the time grows faster than the text; empty for a linear pattern. */
function attacks({ source, flags }: Pattern): readonly string[] {
  const { reports } = analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true } });
  return reports.map((report) => `${report.type}, ${report.exponential ? "exponential" : "polynomial"}`);
}

describe("the regular expressions of both packages", () => {
  it("take time that grows no faster than the text", () => {
    const patterns = roots.flatMap(patternsOf);
    expect(patterns.length).toBeGreaterThan(50);
    const slow = patterns
      .map((pattern) => ({
        where: pattern.where,
        pattern: `/${pattern.source}/${pattern.flags}`,
        attacks: attacks(pattern),
      }))
      .filter((pattern) => pattern.attacks.length > 0);
    expect(slow).toEqual([]);
  });

  it("would be found if they did not", () => {
    const text = "const slow = [/([a-z][a-z0-9]*:)x/, /\\s+$/, /(a+)+b/, /\\s*[\\r\\n]+\\s*/g]; const fast = /^a+$/;";
    const found = patternsIn(text, "example.ts").map((pattern) => attacks(pattern).length > 0);
    expect(found).toEqual([true, true, true, true, false]);
  });
});
