import { expect, it } from "vitest";
import { Lines } from "../../../packages/configstream/src/conformance/subject/lines.js";

function linesOf(...chunks: readonly string[]): readonly string[] {
  const found: string[] = [];
  const lines = new Lines(1_000, (line) => found.push(line));
  for (const chunk of chunks) expect(lines.take(Buffer.from(chunk, "latin1"))).toBe(true);
  lines.end();
  return found;
}

it("lines end at line breaks alone, whatever they consist of and however they arrive; the last one need not have one", () => {
  expect(linesOf("a\xe2\x80\xa8b\r\n\nc", "d\xc3", "\xbc\n\n", "e\r", "\nf")).toEqual([
    "a\u2028b",
    "",
    "cdü",
    "",
    "e",
    "f",
  ]);
  expect(linesOf("", "a\n")).toEqual(["a"]);
});

it("a line that is too long is said to be, before it takes up all memory", () => {
  const lines = new Lines(5, () => {});
  expect([lines.take(Buffer.from("123\n1234")), lines.take(Buffer.from("5")), lines.take(Buffer.from("6"))]).toEqual([
    true,
    true,
    false,
  ]);
});
