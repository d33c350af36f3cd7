import { expect, it } from "vitest";
import { LogTail } from "../../../../src/worker/telling/log-tail.js";

const at = "2023-11-14T22:13:20.000Z";

it("keeps the last 200 lines, each on one line and cut where it is long", () => {
  const tail = new LogTail(() => 1_700_000_000_000);
  tail.add("warn", "one\r\n two");
  expect(tail.lines()).toEqual([`${at} warn one  two`]);
  for (let i = 0; i < 250; i++) tail.add("info", `line ${i}`);
  expect(tail.lines()).toHaveLength(200);
  expect(tail.lines().at(-1)).toBe(`${at} info line 249`);
  tail.add("error", "x".repeat(10_000));
  expect(tail.lines().at(-1)?.length).toBe(2_001);
});
