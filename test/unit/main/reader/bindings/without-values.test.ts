import { expect, it } from "vitest";
import { withoutValues } from "../../../../../src/main/reader/bindings/without-values.js";

it.each<[string, unknown, string, string]>([
  ["a text", "s3cr3t", "got s3cr3t", "got …"],
  ["a number", 8126, "8126 is too much", "… is too much"],
  ["a boolean", true, "true is no text, nor is false", "… is no text, nor is false"],
  ["what is inside of maps and lists", { a: [{ b: "deep" }, 7] }, "deep, then 7", "…, then …"],
  ["a text as JSON has it", 'say "x"', 'got "say \\"x\\"" or say "x"', 'got "…" or …'],
  ["a value that another one is a part of", { part: "a", whole: "a-b" }, "no a-b, no a", "no …, no …"],
  ["a value that ends in no letter, before one", "ab-", "ab-c", "…c"],
  ["a value that begins with no letter, after one", "-ab", "c-ab", "c…"],
  ["letters of other scripts as a whole word", "ключ", "ключ, ключи", "…, ключи"],
  ["each of several", "x", "x x, x", "… …, …"],
])("a message is told without %s", (_, value, message, told) => {
  expect(withoutValues(message, value)).toBe(told);
});

it.each<[string, unknown]>([
  ["a part of a word is", "text"],
  ["an empty text is", ""],
  ["null is", null],
  ["nothing is", undefined],
  ["an empty map or list, or what they hold without content, is", { a: {}, b: [], c: null, d: "" }],
])("a message stays as it is where %s all there is to take out", (_, value) => {
  const message = "contexts must not be null or undefined";
  expect(withoutValues(message, value)).toBe(message);
});
