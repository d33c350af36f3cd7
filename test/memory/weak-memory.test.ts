import { describe, expect, it } from "vitest";
import { exploreModel, type Variant } from "../support/memory/weak-memory.js";

describe("the protocol under a memory model where plain accesses are unordered", () => {
  it("returns exactly what the newest complete publish wrote, in every execution", () => {
    const { accepted, refused, violation } = exploreModel();
    expect(violation).toBeUndefined();
    expect(accepted).toBeGreaterThan(20);
    expect(refused, "some executions are refused, or the check was never needed").toBeGreaterThan(20);
    process.stdout.write(`executions of the model: ${accepted} accepted, ${refused} refused\n`);
  });

  const broken: readonly [string, Variant][] = [
    ["the reader's closing read-modify-write is a load", { closingLoad: true }],
    ["the writer's opening read-modify-write is a store", { openingStore: true }],
    ["the newer descriptor is overwritten", { overwriteNewer: true }],
    ["bytes are used again one publish early", { reuseEarly: true }],
    ["a record's other descriptor may hold a number that came after R3", { laterIgnored: true }],
    ["a record's number may be newer than R1 allows", { anyNumber: true }],
    ["`done` is stored before the descriptor is written", { doneEarly: true }],
  ];

  it.each(broken)("is broken, and seen to be, when %s", (name, variant) => {
    const { violation } = exploreModel(variant);
    expect(violation).toBeDefined();
    process.stdout.write(`${name}:\n  ${violation?.steps.join("\n  ")}\n`);
  });
});
