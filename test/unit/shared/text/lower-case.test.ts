import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { SettingGetters } from "../../../../src/main/reader/api.js";
import { createReader } from "../../../../src/main/reader/reader.js";
import { lowerCase } from "../../../../src/shared/text/lower-case.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

const fixture = new URL("../../../fixtures/go-lower-case.json", import.meta.url);
const { letters } = JSON.parse(readFileSync(fixture, "utf8")) as { letters: string };
const go = new Map(
  letters.split(" ").map((pair) => pair.split(":").map((hex) => Number.parseInt(hex, 16)) as [number, number]),
);

it("every letter has the lower case that Go gives it", () => {
  const wrong: string[] = [];
  for (let letter = 0; letter <= 0x10ffff; letter++) {
    if (letter >= 0xd800 && letter < 0xe000) continue;
    const expected = String.fromCodePoint(go.get(letter) ?? letter);
    const given = lowerCase(String.fromCodePoint(letter));
    if (given !== expected) wrong.push(`${letter.toString(16)}: ${given} instead of ${expected}`);
  }
  expect(wrong).toEqual([]);
});

it.each([
  ["ΟΔΟΣ.x", "οδοσ.x"],
  ["ΟΔΟΣ", "οδοσ"],
  ["İstanbul.PORT", "istanbul.port"],
  ["Straße.ÄÖ", "straße.äö"],
  ["\ud800A", "\ud800a"],
  ["𐐀.a", "𐐨.a"],
])("letters around make no difference: %s", (text, expected) => {
  expect(lowerCase(text)).toBe(expected);
  expect(lowerCase(lowerCase(text)), "of what is lower case already").toBe(expected);
});

it("a key with a capital sigma before a dot is found, by itself, below its section, and in views", () => {
  const region = newRegion();
  new TestWriter(region).publish({ [lowerCase("ΟΔΟΣ.x")]: 1, [lowerCase("İ.y")]: 2 });
  const reader = createReader(region);
  for (const from of [reader, reader.view()] as SettingGetters[]) {
    expect([from.getInt("ΟΔΟΣ.X"), from.getInt("οδοσ.x"), from.getInt("İ.Y")]).toEqual([1, 1, 2]);
    expect([from.getSubfields("ΟΔΟΣ"), from.get("ΟΔΟΣ"), from.hasSection("İ")]).toEqual([["x"], { x: 1 }, true]);
  }
});
