import { describe, expect, it } from "vitest";
// @ts-expect-error A script without types.
import { differencesBetween } from "../../../scripts/newer-contract.mjs";

const field = (name: string, number: number) => ({ name, number, type: "string", label: "optional", oneof: null });
const contract = (...fields: object[]) => ({ services: [], messages: [{ name: "A", fields }], enums: [] });

describe("a newer contract", () => {
  it("differs by fields that came, went or got another number", () => {
    const before = contract(field("kept", 1), field("gone", 2), field("moved", 3));
    const after = contract(field("kept", 1), field("moved", 4));
    expect(differencesBetween(before, after)).toEqual([
      expect.stringMatching(/^\+ A: .*"moved","number":4/),
      expect.stringMatching(/^- A: .*"gone"/),
      expect.stringMatching(/^- A: .*"moved","number":3/),
    ]);
  });

  it("differs by values of enumerations", () => {
    const values = (...names: string[]) => ({
      ...contract(),
      enums: [{ name: "E", values: names.map((name, number) => ({ name, number })) }],
    });
    expect(differencesBetween(values("A"), values("A", "B"))).toEqual([expect.stringMatching(/^\+ E: .*"B"/)]);
  });

  it("does not differ from itself", () => {
    expect(differencesBetween(contract(field("a", 1)), contract(field("a", 1)))).toEqual([]);
  });
});
