/** Other rules than before, while settings are there. */
import { describe, expect, it } from "vitest";
import type { Guards } from "../../../../src/shared/guards/guard-rule.js";
import { readGuards } from "../../../../src/shared/guards/read-guards.js";
import { rulesOf } from "../../../../src/worker/guards/verdicts.js";
import { Lives } from "../../../support/guards/lives.js";

const upTo = (max: number): Guards => ({ port: { type: "integer", max } });
const rules = (max: number) => rulesOf(readGuards("guards", upTo(max)), []);

describe("other rules than before", () => {
  it("are in force for the first settings when they come before those", () => {
    const lives = new Lives({ guards: upTo(9_999) });
    lives.applier.judgeBy(rules(8_000));
    lives.snapshot(1, { port: 9_000 });
    expect([lives.read("port"), lives.heldKeys]).toEqual([undefined, ["port"]]);
  });

  it("that say nothing of a key any more let it go", () => {
    const lives = new Lives({ guards: upTo(8_000) });
    lives.snapshot(1, { port: 1, other: 1 });
    lives.set(2, "port", 9_000);
    lives.applier.judgeBy(rulesOf(readGuards("guards", { other: { type: "integer" } }), []));
    expect([lives.heldKeys, lives.read("port")]).toEqual([[], 9_000]);
  });

  it("that cannot be published leave those of before in force, say so once, and come with the next publish", () => {
    const lives = new Lives({ guards: upTo(8_000) });
    lives.snapshot(1, { port: 1 });
    lives.set(2, "port", 9_000);
    lives.lines.length = 0;
    lives.isFull = true;
    lives.applier.judgeBy(rules(9_999));
    lives.applier.judgeBy(rules(9_999));
    const line = "error The new guards are not in force yet; those of before stay so. The region is full.";
    expect([lives.lines, lives.heldKeys, lives.read("port")]).toEqual([[line], ["port"], 1]);
    const tried = lives.applier.trial([["port", [{ source: "file", value: 9_500 }]]]);
    expect(tried?.map(({ rule }) => rule)).toEqual(["must be at most 8000"]);
    expect(() => lives.set(3, "other", 1)).toThrow("The region is full.");
    // What the store has not published is no ground to try on.
    expect(lives.lines).toEqual([line]);
    lives.isFull = false;
    lives.snapshot(4, { port: 8_500, other: 2 });
    expect([lives.heldKeys, lives.read("port"), lives.read("other")]).toEqual([[], 8_500, 2]);
  });
});
