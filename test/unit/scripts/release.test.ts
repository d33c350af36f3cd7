import { describe, expect, it } from "vitest";

const script = new URL("../../../scripts/release.mjs", import.meta.url).href;
const { problemsOf } = (await import(script)) as { problemsOf(facts: object): string[] };

const good = {
  library: { name: "library", version: "1.2.3" },
  command: { name: "command", version: "1.2.3", dependencies: { library: "1.2.3" } },
  changelog: "# Changelog\n\n## 1.2.3 (2026-01-31)\n\n- A change.\n\n## 1.2.2 (2026-01-01)\n\n- Another.\n",
  changedFiles: [] as string[],
  tags: ["v1.2.2"],
};

describe("a release", () => {
  it("may go when all that must hold holds", () => {
    expect(problemsOf(good)).toEqual([]);
  });

  it.each([
    ["a file is not committed", { changedFiles: ["README.md"] }, "README.md"],
    [
      "the versions differ",
      { library: { name: "library", version: "1.2.4" } },
      "has version 1.2.4, but command has 1.2.3",
    ],
    [
      "the second package takes a range of the first one",
      { command: { ...good.command, dependencies: { library: "^1.2.3" } } },
      "depends on library ^1.2.3, but must on exactly 1.2.3",
    ],
    ["the changelog's newest section is of another version", { changelog: "## Unreleased\n\n- A.\n" }, '"Unreleased"'],
    ["the changelog has no date", { changelog: "## 1.2.3 (unreleased)\n\n- A.\n" }, "must have a date"],
    ["the changelog says nothing", { changelog: "## 1.2.3 (today)\n\n## 1.2.2\n\n- A.\n" }, "says nothing"],
    ["a longer version is in the changelog", { changelog: "## 1.2.30 (today)\n\n- A.\n" }, "must be of 1.2.3"],
    ["the tag exists", { tags: ["v1.2.3"] }, "The tag v1.2.3 exists already"],
  ])("is refused when %s", (_name, change, sentence) => {
    expect(problemsOf({ ...good, ...change }).join("\n")).toContain(sentence);
  });
});
