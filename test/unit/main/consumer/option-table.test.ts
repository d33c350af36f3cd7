import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { consumerOptionTable } from "../../../../src/main/consumer/option-table.js";

const source = readFileSync(new URL("../../../../src/main/consumer/options.ts", import.meta.url), "utf8");

/** The documentation in front of an option, on one line. */
function docOf(name: string): string {
  const at = source.search(new RegExp(`^  readonly ${name}\\?:`, "m"));
  const before = source.slice(0, at);
  return before.slice(before.lastIndexOf("/**")).replace(/\s*\n\s*\*\s*/g, " ");
}

const rows = Object.entries(consumerOptionTable).filter(([, row]) => row.facts.length > 0);

describe("the documentation of an option", () => {
  it("is looked at for all options that are numbers", () => {
    expect(rows.length).toBeGreaterThan(10);
  });

  it.each(rows)("says the default and the range that the table has: %s", (name, { facts }) => {
    const doc = docOf(name);
    for (const fact of facts) {
      if (fact === Number.MAX_SAFE_INTEGER) expect(doc).toContain("or more");
      else expect(doc).toContain(fact.toLocaleString("en-US"));
    }
  });
});
