import { describe, expect, it } from "vitest";
import { keyOf } from "../../../packages/configstream/src/cli/terminal/keys.js";
import { jsonText } from "../../../packages/configstream/src/cli/terminal/printable.js";
import { changedRows } from "../../../packages/configstream/src/cli/terminal/screen-lines.js";

describe("keys of a terminal", () => {
  it("have names, and typed characters are themselves", () => {
    expect(keyOf(undefined, { name: "pagedown" })).toEqual({ name: "PAGE_DOWN", isCharacter: false });
    expect(keyOf("\r", { name: "return" })).toEqual({ name: "ENTER", isCharacter: false });
    expect(keyOf("\u0003", { name: "c", ctrl: true })).toEqual({ name: "CTRL_C", isCharacter: false });
    expect(keyOf("G", { name: "g" })).toEqual({ name: "G", isCharacter: true });
    expect(keyOf("日", { sequence: "日" })).toEqual({ name: "日", isCharacter: true });
    expect(keyOf(undefined, { sequence: "\u001bOM" })).toEqual({ name: "ENTER", isCharacter: false });
    expect(keyOf("\u0001", { sequence: "\u0001" }).isCharacter).toBe(false);
  });
});

describe("a frame on the screen", () => {
  it("writes the rows that differ, and clears those that are no longer there", () => {
    expect(changedRows(["a", "b", "c"], ["a", "x"])).toBe(
      "\u001b[2;1H\u001b[0mx\u001b[0m\u001b[K\u001b[3;1H\u001b[0m\u001b[0m\u001b[K",
    );
    expect(changedRows(["a"], ["a"])).toBe("");
    expect(changedRows(undefined, ["a"])).toContain("a");
  });

  it("lets styles through and nothing else that a terminal obeys", () => {
    const bytes = changedRows(undefined, ["\u001b[1mbold\u001b[22m \u001b[2J\u001b]0;x\u0007 \u009b2J"]);
    expect(bytes).toContain("\u001b[1mbold\u001b[22m \\u001b[2J\\u001b]0;x\\u0007 \\u009b2J");
  });
});

describe("JSON for a terminal", () => {
  it("says the same with every character that could do harm as an escape", () => {
    const value = { "k\u202e": ["\u009b31m", "\u2028\ufeff\u061c", "\ud800", "naïve 🚀"] };
    for (const indent of [0, 2]) {
      const text = jsonText(value, indent);
      expect(text).not.toMatch(/[\u0080-\u009f\u061c\u2028\u202e\ufeff]/);
      expect(JSON.parse(text)).toEqual(value);
    }
  });
});
