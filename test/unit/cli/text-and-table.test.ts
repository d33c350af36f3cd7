import { describe, expect, it } from "vitest";
import { printable } from "../../../packages/configstream/src/cli/terminal/printable.js";
import { layOut, tableLine, tableWidth } from "../../../packages/configstream/src/cli/terminal/table.js";
import { displayWidth, fitTo, truncate } from "../../../packages/configstream/src/cli/terminal/text.js";

describe("the width of a text", () => {
  it("counts columns, not characters", () => {
    expect(displayWidth("plain")).toBe(5);
    expect(displayWidth("日本")).toBe(4);
    expect(displayWidth("🚀")).toBe(2);
    expect(displayWidth("e\u0301")).toBe(1);
  });

  it("is kept within the columns when a text is cut, and filled up to them", () => {
    expect(truncate("abcdef", 4)).toBe("abc…");
    expect(truncate("日本語", 4)).toBe("日…");
    expect(truncate("abc", 3)).toBe("abc");
    expect(truncate("abc", 0)).toBe("");
    expect(fitTo("ab", 4)).toBe("ab  ");
    expect(fitTo("ab", 4, "right")).toBe("  ab");
    for (const columns of [1, 2, 3, 4, 5]) expect(displayWidth(fitTo("日本語", columns))).toBe(columns);
  });
});

describe("text from outside", () => {
  it("cannot move the cursor or turn the direction of writing", () => {
    expect(printable("a\u001b[2Jb")).toBe("a\\u001b[2Jb");
    expect(printable("\u009b31m")).toBe("\\u009b31m");
    expect(printable("x\u202ey")).toBe("x\\u202ey");
    expect(printable("line\nbreak")).toBe("line\\u000abreak");
    expect(printable("naïve 日本 🚀")).toBe("naïve 日本 🚀");
  });
});

describe("a table", () => {
  const columns = [
    { title: "KEY", min: 6 },
    { title: "VALUE", min: 5, grow: 1 },
    { title: "SEQ", align: "right", min: 4, dropOrder: 1 },
  ] as const;
  const rows = [
    ["log_level", '"info"', "12"],
    ["a.very.long.key.name", "[1,2,3,4,5,6,7,8,9]", "7"],
  ];

  it("fills exactly the width it is given when a column may grow", () => {
    for (const width of [60, 80, 140]) expect(tableWidth(layOut(columns, rows, width))).toBe(width);
  });

  it("fits into any width that its least columns allow", () => {
    for (let width = 13; width < 60; width++) {
      const layout = layOut(columns, rows, width);
      expect(tableWidth(layout)).toBeLessThanOrEqual(width);
      for (const row of rows) expect(displayWidth(tableLine(columns, layout, row))).toBe(tableWidth(layout));
    }
  });

  it("leaves out what may be left out when it gets too narrow", () => {
    expect(layOut(columns, rows, 16).widths[2]).toBe(0);
    expect(layOut(columns, rows, 19).widths[2]).toBe(4);
  });

  it("aligns numbers to the right, and styles cells without moving them", () => {
    const layout = layOut(columns, rows, 30);
    const line = tableLine(columns, layout, rows[0] ?? [], (text, index) => (index === 0 ? `<${text}>` : text));
    expect(line).toMatch(/^<log_level.*> {2}"info" * {2} 12$/);
  });
});
