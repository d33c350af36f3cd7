import { describe, expect, it } from "vitest";

const { mistakesOptions, simulateOptions } = (await import(
  new URL("../../simulation/options.mjs", import.meta.url).href
)) as {
  simulateOptions: (args: readonly string[]) => object;
  mistakesOptions: (args: readonly string[], names: readonly string[]) => object;
};

describe("the options of the simulation", () => {
  it("are the thousand first seeds, or as many as are asked for, or one alone", () => {
    expect(simulateOptions([])).toEqual({ first: 1, seeds: 1_000 });
    expect(simulateOptions(["--seeds", "50"])).toEqual({ first: 1, seeds: 50 });
    expect(simulateOptions(["--seed", "7"])).toEqual({ first: 7, seeds: 1 });
    expect(simulateOptions(["--seed", "4294967295", "--seeds=1"])).toEqual({ first: 4_294_967_295, seeds: 1 });
  });

  it.each([
    [["--seed", "abc"], '--seed must be a whole number from 0 to 4294967295, but is "abc".'],
    [["--seed", ""], '--seed must be a whole number from 0 to 4294967295, but is "".'],
    [["--seed=-3"], '--seed must be a whole number from 0 to 4294967295, but is "-3".'],
    [["--seed", "1.5"], '--seed must be a whole number from 0 to 4294967295, but is "1.5".'],
    [["--seed", "4294967296"], '--seed must be a whole number from 0 to 4294967295, but is "4294967296".'],
    [["--seeds", "0"], '--seeds must be a whole number from 1 to 4294967295, but is "0".'],
    [["--seeds", "1e3"], '--seeds must be a whole number from 1 to 4294967295, but is "1e3".'],
    [["--seed", "4294967295", "--seeds", "2"], '--seeds must be a whole number from 1 to 1, but is "2".'],
    [["--sed", "7"], /^Unknown option '--sed'/],
    [["7"], /^Unexpected argument '7'/],
  ])("are refused where they are wrong, not taken for a run of nothing: %j", (args, message) => {
    expect(() => simulateOptions(args)).toThrow(message);
  });

  it("of a run of mistakes name one at least", () => {
    expect(mistakesOptions([], ["one"])).toEqual({ seeds: 300, check: false, tests: true, wanted: /(?:)/ });
    expect(mistakesOptions(["^o", "--seeds=9", "--check", "--no-tests"], ["one"])).toEqual({
      seeds: 9,
      check: true,
      tests: false,
      wanted: /^o/,
    });
    expect(() => mistakesOptions(["two"], ["one"])).toThrow("No mistake has a name like /two/.");
    expect(() => mistakesOptions(["("], ["one"])).toThrow(/Invalid regular expression/);
    expect(() => mistakesOptions(["a", "b"], ["one"])).toThrow("Give one regular expression, in quotes, not 2.");
  });
});
