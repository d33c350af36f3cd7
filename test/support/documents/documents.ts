/**
 * The pages for people, and the blocks of code in them. A block may be preceded by a comment that readers do not see:
 *
 * - `<!-- given … -->`: TypeScript that the block, a fragment, relies on (imports, `declare const`). A block that
 *   imports nothing and has no such comment may use what the package exports, `consumer` and `cfg`.
 * - `<!-- run -->`: the block is a whole program; it is run against a core agent, and must print what the next block says
 *   when that is one of `text`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** One fenced block. */
export interface Block {
  /** Path below the repository's root, with the line of the fence: `docs/limits.md:12`. */
  readonly at: string;
  /** As after the fence: `ts`, `sh`; empty when nothing is said. */
  readonly language: string;
  readonly code: string;
  /** What the comment before it gives; empty when there is none. */
  readonly given: string;
  readonly run: boolean;
}

/** Paths of all pages that people write; those under docs/api are generated. */
export function pagePaths(): string[] {
  const below = (folder: string) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`);
  return [...readdirSync(root), ...below("docs"), ...below("examples"), "bench/README.md"]
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".md") && !path.startsWith("docs/api/"))
    .sort();
}

export function readPage(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

/** The fenced blocks of a page, in order. Throws when a fence is not closed. */
export function blocksOf(path: string, text: string): Block[] {
  const blocks: Block[] = [];
  const fence =
    /^(?<comment><!--(?:(?!-->)[\s\S])*-->\n\n?)?(?<indent> *)```(?<language>\S*)[^\n]*\n(?<code>[\s\S]*?)^\k<indent>```$/gm;
  for (const match of text.matchAll(fence)) {
    const { comment = "", language = "", code = "", indent = "" } = match.groups ?? {};
    const line = text.slice(0, match.index + comment.length).split("\n").length;
    const inner = /^<!--\s*(given|run)\b([\s\S]*?)-->/.exec(comment);
    blocks.push({
      at: `${path}:${line}`,
      language,
      code: code.replace(new RegExp(`^${indent}`, "gm"), ""),
      given: inner?.[1] === "given" ? (inner[2] as string) : "",
      run: inner?.[1] === "run",
    });
  }
  const fences = text.match(/^ *```/gm)?.length ?? 0;
  if (fences !== blocks.length * 2) throw new Error(`${path}: ${fences} fences, but ${blocks.length} blocks.`);
  return blocks;
}

/** All blocks of all pages. */
export function allBlocks(): Block[] {
  return pagePaths().flatMap((path) => blocksOf(path, readPage(path)));
}
