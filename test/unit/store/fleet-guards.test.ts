import type { ConfigValue } from "configstream-consumer";
import { readGuards } from "configstream-consumer/internal";
import { describe, expect, it } from "vitest";
import { judgeChange, storedGuards } from "../../../packages/configstream/src/store/fleet-guards.js";

const guards = readGuards("guards", {
  port: { type: "integer", min: 1 },
  cert: { type: "string", minLength: 1, group: "tls" },
  Key: { type: "string", minLength: 1, group: "tls" },
});
const judge = (present: Record<string, ConfigValue>, wanted: Record<string, ConfigValue | undefined>) =>
  judgeChange(guards, new Map(Object.entries(present)), new Map(Object.entries(wanted)));

describe("a change of a fleet under guards", () => {
  it("is broken by a value that a getter cannot read, named with its rule and without the value", () => {
    expect(judge({}, { port: "900O" })).toEqual({ broken: ["port must be an integer"], looked: [] });
    expect(judge({}, { port: 0, other: "900O" }).broken).toEqual(["port must be at least 1"]);
  });

  it("is good when its values are, as the getters read them, and when it removes", () => {
    expect(judge({ port: "bad" }, { port: "9001" })).toEqual({ broken: [], looked: [] });
    expect(judge({ port: "bad" }, { port: undefined }).broken).toEqual([]);
  });

  it("leaves what it does not touch unjudged", () => {
    expect(judge({ port: "bad", cert: "" }, { other: 1 })).toEqual({ broken: [], looked: [] });
  });

  it("judges a group together, as it is after the change, and says what it rests on", () => {
    expect(judge({ cert: "a", key: "" }, { cert: "b" })).toEqual({
      broken: ['key, of the same group "tls", must have a length of at least 1'],
      looked: ["key"],
    });
    expect(judge({ cert: "a", key: "" }, { cert: "b", key: "b" })).toEqual({ broken: [], looked: [] });
    expect(judge({ cert: "", key: "a" }, { cert: undefined })).toEqual({ broken: [], looked: ["key"] });
  });
});

describe("a change of a fleet under a rule about two keys", () => {
  it("is broken by either of them, judged by the other one as it is", () => {
    const related = readGuards("guards", {
      lo: { type: "integer", group: "range" },
      hi: { type: "integer", group: "range", atLeast: "lo" },
    });
    const change = (wanted: Record<string, ConfigValue | undefined>) =>
      judgeChange(related, new Map<string, ConfigValue>([["lo", 5]]), new Map(Object.entries(wanted)));
    expect(change({ hi: 4 })).toEqual({ broken: ['hi must be at least the value of "lo"'], looked: ["lo"] });
    expect(change({ hi: 4, lo: "4" })).toEqual({ broken: [], looked: [] });
    expect(change({ hi: 4, lo: undefined })).toEqual({ broken: [], looked: [] });
    expect(change({ other: 1 })).toEqual({ broken: [], looked: [] });
  });
});

describe("the guards in the store", () => {
  it("are refused with their place when they are no JSON or no guards", () => {
    expect(() => storedGuards("{", "/p/.guards/rules")).toThrow("they are not valid JSON");
    expect(() => storedGuards('{"a":{"kind":1}}', "/p/.guards/rules")).toThrow('["a"] has no option "kind"');
    expect(storedGuards('{"a":{"min":1}}', "/p/.guards/rules").guards.checks.size).toBe(1);
  });
});
