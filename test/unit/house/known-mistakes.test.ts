/** The recorded mistakes of the original, each with the tests that would fail if it were made here. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface KnownMistake {
  readonly mistake: number;
  readonly summary: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const mistakes = JSON.parse(read("test/known-mistakes.json")) as KnownMistake[];
const cases = mistakes.flatMap(({ mistake, tests }) => tests.map(({ file, name }) => [mistake, file, name] as const));

/** True when the text of a test file has a running test of that name. */
function hasTest(text: string, name: string): boolean {
  const quoted = JSON.stringify(name).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = new RegExp(`([\\w.]*)\\(\\s*${quoted}\\s*,`).exec(text);
  return found !== null && !/\.(skip|todo|fails)\b/.test(found[1] ?? "");
}

describe("the known mistakes of the original", () => {
  it("are all eighteen in the list, each with a test", () => {
    expect(mistakes.map(({ mistake }) => mistake)).toEqual(Array.from({ length: 18 }, (_unused, index) => index + 1));
    for (const { summary, tests } of mistakes) {
      expect(summary).not.toBe("");
      expect(tests.length).toBeGreaterThan(0);
    }
  });

  it.each(cases)("mistake %i is kept out by a test in %s that is there: %s", (_mistake, file, name) => {
    expect(hasTest(read(file), name)).toBe(true);
  });

  it("would not be told of by a test that is missing, renamed or switched off", () => {
    expect(hasTest('test("a name", () => {})', "a name")).toBe(true);
    expect(hasTest('test.each([1])(\n  "a name",\n  () => {})', "a name")).toBe(true);
    expect(hasTest('test("a name.", () => {})', "a name")).toBe(false);
    expect(hasTest('test.skip("a name", () => {})', "a name")).toBe(false);
    expect(hasTest('const text = "a name";', "a name")).toBe(false);
  });
});
