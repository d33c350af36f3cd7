/** Checks that what a page links to exists: files, and headings in pages. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { readPage, root } from "./documents.js";

/** What is wrong with the links of a page, one line each. Addresses on the web are not checked. */
export function problemsOfLinks(path: string): string[] {
  const text = withoutCode(readPage(path));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((link) => !/^https?:/.test(link))
    .flatMap((link) => {
      const [file = "", heading] = link.split("#") as [string, string?];
      const target = file === "" ? path : join(dirname(path), decodeURI(file));
      if (!existsSync(join(root, target))) return [`${path}: there is no ${target}`];
      if (heading === undefined || !target.endsWith(".md")) return [];
      return headings(target).has(heading) ? [] : [`${path}: ${target} has no heading #${heading}`];
    });
}

const known = new Map<string, Set<string>>();

/** Read once, because hundreds of links lead to the same large page. */
function headings(path: string): Set<string> {
  const anchors = known.get(path) ?? anchorsOf(path);
  known.set(path, anchors);
  return anchors;
}

/** Anchors as GitHub makes them: lower case, without punctuation, `-` for blanks, numbered when they repeat. */
function anchorsOf(path: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  const text = withoutCode(readFileSync(join(root, path), "utf8"));
  for (const [, title = ""] of text.matchAll(/^#{1,6} +(.*)$/gm)) {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/\\(.)/g, "$1");
    const anchor = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  // Pages that are generated bring anchors of their own.
  for (const [, id = ""] of text.matchAll(/<a id="([^"]+)">/g)) anchors.add(id);
  return anchors;
}

function withoutCode(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```$/gm, "");
}

/** Pages under docs/ that no other page leads to. */
export function orphans(paths: readonly string[]): string[] {
  const linked = new Set(
    paths.flatMap((path) =>
      [...readPage(path).matchAll(/\]\(([^)#\s]+)/g)].map((match) => join(dirname(path), match[1] as string)),
    ),
  );
  return readdirSync(join(root, "docs"))
    .map((name) => `docs/${name}`)
    .filter((path) => path.endsWith(".md") && statSync(join(root, path)).isFile() && !linked.has(path));
}
