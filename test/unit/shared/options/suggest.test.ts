import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, editDistance, suggest } from "../../../../src/shared/options/suggest.js";

const names = ["log_level", "log_file", "logs_config.batch_wait", "sbom.batch_wait", "apm_config.enabled", "site"];

describe("suggestions", () => {
  it("find a name with a slip of the keyboard", () => {
    expect(suggest("log_levle", names)[0]).toBe("log_level");
    expect(suggest("LOG_LEVEL", names)[0]).toBe("log_level");
    expect(suggest("iste", names)).toEqual(["site"]);
  });

  it("find a name with other separators", () => {
    expect(suggest("logs.config.batch.wait", names)[0]).toBe("logs_config.batch_wait");
    expect(suggest("apm-config-enabled", names)[0]).toBe("apm_config.enabled");
  });

  it("find the dotted names that end so", () => {
    expect(suggest("batch_wait", names)).toEqual(["sbom.batch_wait", "logs_config.batch_wait"]);
    expect(suggest("batch_wiat", names)).toEqual(["sbom.batch_wait", "logs_config.batch_wait"]);
  });

  it("say nothing when nothing is close", () => {
    expect(suggest("zzzzzz", names)).toEqual([]);
    expect(didYouMean([])).toBe("");
  });

  it("read as a question", () => {
    expect(didYouMean(["a"])).toBe(' Did you mean "a"?');
    expect(didYouMean(["a", "b", "c"])).toBe(' Did you mean "a", "b" or "c"?');
  });

  it("count letters put in, taken out, replaced and swapped, up to a bound", () => {
    expect(editDistance("abc", "abc", 3)).toBe(0);
    expect(editDistance("abc", "acb", 3)).toBe(1);
    expect(editDistance("kitten", "sitting", 3)).toBe(3);
    expect(editDistance("kitten", "sitting", 2)).toBe(3);
    expect(editDistance("", "abcdef", 2)).toBe(3);
  });

  it("count as a plain table does, for any two words and any bound", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 9 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 5 }), (a, b, bound) => {
        expect(editDistance(a, b, bound)).toBe(Math.min(plainDistance(a, b), bound + 1));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The textbook's table: letters put in, taken out, replaced, or swapped with their neighbour and not touched again. */
function plainDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const cell = (i: number, j: number): number => table[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = cell(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(i - 2, j - 2) + 1 : 99;
      (table[i] as number[])[j] = Math.min(replaced, cell(i - 1, j) + 1, cell(i, j - 1) + 1, swapped);
    }
  }
  return cell(a.length, b.length);
}
