import { describe, expect, it } from "vitest";
import { readGuards } from "../../../../src/shared/guards/read-guards.js";
import type { ConfigValue } from "../../../../src/shared/types.js";

const judge = (rule: object, value: ConfigValue) => readGuards("guards", { key: rule }).checks.get("key")?.(value);

describe("a rule", () => {
  it.each<[rule: object, good: ConfigValue[], bad: ConfigValue[]]>([
    [{ type: "integer", min: 1, max: 65_535 }, [1, "9001", 9001.5, " 7".trim()], ["900O", 0, 65_536, null, [1], {}]],
    [{ type: "boolean" }, [true, "t", 0, "FALSE"], ["yes", null]],
    [{ type: "duration", min: 1_000, max: 60_000 }, ["7s", 5e9, "1m"], ["7 sec", "1h", 1]],
    [{ type: "size", max: 1024 }, ["1kb", 10], ["1mb", "much"]],
    [{ type: "list", maxLength: 2 }, ["a b", ["a"], null], [["a", "b", "c"]]],
    [{ type: "map", minLength: 1 }, [{ a: 1 }, '{"a":1}'], [{}, null, "text"]],
    [{ oneOf: ["a", "b"] }, ["a"], ["c", 1, null]],
    [{ oneOf: [1, 2] }, [1, "2"], [3, "x"]],
    [{ min: 0.5 }, [0.5, "1e3"], [0.4, "NaN", "many"]],
    [{ pattern: "^[a-z]+(,[a-z]+)*$" }, ["a,b"], ["a,", 1]],
    [{ schema: { type: "integer", minimum: 3 } }, [3, "4"], [2, "x"]],
    [
      { schema: { type: "object", properties: { a: { type: "string" } }, required: ["a"] } },
      [{ a: "x" }],
      [{}, { a: 1 }],
    ],
    [
      { schema: { type: "array", uniqueItems: true } },
      [[1, "1", { a: 1 }]],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      ],
    ],
    [{ schema: { type: "string", pattern: "^x+$" } }, ["xx"], ["xy"]],
  ])("%j judges values as the getters read them", (rule, good, bad) => {
    expect(good.filter((value) => judge(rule, value) !== undefined)).toEqual([]);
    expect(bad.filter((value) => judge(rule, value) === undefined)).toEqual([]);
  });

  it("says what is broken, without the value and without names that are inside of it", () => {
    expect(judge({ type: "integer" }, "secret")).toBe("must be an integer");
    expect(judge({ schema: { type: "object", additionalProperties: { type: "integer" } } }, { secret: "x" })).toBe(
      "must be integer (JSON Schema, #/additionalProperties/type)",
    );
  });

  it("takes time that is linear in a text, with any pattern", () => {
    const text = `${"a".repeat(50_000)}!`;
    expect(judge({ pattern: "^(a+)+$" }, text)).toBeDefined();
    expect(judge({ schema: { type: "string", pattern: "^(a|a)*$" } }, text)).toBeDefined();
    expect(judge({ pattern: "a" }, "a".repeat(70_000))).toBeDefined();
  });

  it("judges a long list for duplicates in time that grows with the list", () => {
    const list = Array.from({ length: 200_000 }, (_, index) => ({ index }));
    expect(judge({ schema: { type: "array", uniqueItems: true } }, list)).toBeUndefined();
  });
});

describe("guards that are wrong", () => {
  it.each<[rule: unknown, place: string]>([
    [{ type: "int" }, 'guards["my.key"].type'],
    [{ min: "1" }, 'guards["my.key"].min'],
    [{ min: 2, max: 1 }, 'guards["my.key"].max'],
    [{ type: "boolean", min: 1 }, 'guards["my.key"].min'],
    [{ type: "integer", oneOf: ["a"] }, 'guards["my.key"].oneOf'],
    [{ oneOf: [] }, 'guards["my.key"].oneOf'],
    [{ pattern: "(" }, 'guards["my.key"].pattern'],
    [{ pattern: "(?=a)b" }, 'guards["my.key"].pattern'],
    [
      { schema: { type: "integer", minimun: 1 } },
      'guards["my.key"].schema is wrong: strict mode: unknown keyword: "minimun"',
    ],
    [
      { schema: { type: "integer", minimum: "1" } },
      'guards["my.key"].schema is wrong: schema is invalid: data/minimum',
    ],
    [{ schema: { type: "string", pattern: "(?<=a)" } }, 'guards["my.key"].schema'],
    [{ schema: { $ref: "http://elsewhere/" } }, 'guards["my.key"].schema'],
    [{ schema: { $async: true, type: "integer" } }, 'guards["my.key"].schema'],
    [{ schema: { $ref: "#" } }, 'guards["my.key"].schema'],
    [{ schema: { format: "email" } }, 'guards["my.key"].schema'],
    [{ minimum: 1 }, 'guards["my.key"] has no option "minimum"'],
    [{}, 'guards["my.key"] says nothing'],
    [7, 'guards["my.key"]'],
  ])("%j are refused by key and place", (rule, place) => {
    expect(() => readGuards("guards", { "my.key": rule })).toThrow(
      expect.objectContaining({ code: "invalid_option", message: expect.stringContaining(place) }),
    );
  });

  it.each<[rules: Record<string, object>, sentence: string]>([
    [{ a: { type: "integer", group: "g", atMost: "b" } }, 'guards["a"].atMost must name another key'],
    [{ a: { type: "integer", group: "g", atMost: "A" } }, 'guards["a"].atMost must name another key'],
    [{ a: { type: "integer", atLeast: "b" }, b: { type: "integer" } }, 'guards["a"].atLeast must name another key'],
    [
      { a: { type: "integer", group: "g", atMost: "b" }, b: { type: "integer", group: "h" } },
      'that has a rule of the same group and of the type "integer", but is "b".',
    ],
    [
      { a: { type: "size", group: "g", atMost: "b" }, b: { type: "duration", group: "g" } },
      'of the same group and of the type "size"',
    ],
    [
      { a: { type: "string", group: "g", atMost: "b" }, b: { type: "string", group: "g" } },
      'guards["a"].atMost needs a rule with a type of numbers: "integer", "number", "duration", "size".',
    ],
    [{ a: { group: "g", atMost: "b" }, b: { group: "g" } }, "needs a rule with a type of numbers"],
    [{ a: { type: "integer", group: "g", atMost: 5 } }, 'guards["a"].atMost'],
  ])("about two keys are refused where these do not fit: %j", (rules, sentence) => {
    expect(() => readGuards("guards", rules)).toThrow(
      expect.objectContaining({ code: "invalid_option", message: expect.stringContaining(sentence) }),
    );
  });

  it("are refused where they stand twice, or are no object", () => {
    expect(() => readGuards("guards", { a: { min: 1 }, A: { min: 2 } })).toThrow('guards["A"]');
    expect(() => readGuards("guards", [])).toThrow("guards must be an object of rules");
  });
});
