import { expect, it } from "vitest";
import { answerOf } from "../../../packages/configstream/src/core-agent/clients/verdict.js";

const result = (exitCode: number, stdout = "", stderr = "geheim") => ({ exitCode, stdout, stderr });

it("a remote agent's answer is what it would hold, or why it counts as not asked, and nothing else of its words", () => {
  const held = [{ key: "a", rule: "must be a number", value: "geheim" }];
  expect(answerOf(result(1, JSON.stringify({ held })))).toEqual({
    verdict: "holds",
    held: [{ key: "a", rule: "must be a number" }],
    why: "",
  });
  expect(answerOf(result(0, '{"held":[]}'))).toEqual({ verdict: "takes", held: [], why: "" });
  const unasked = (why: string) => ({ verdict: "unasked", held: [], why });
  // What an older consumer says of a command that it does not have.
  expect(answerOf(result(2))).toEqual(unasked("does not know the command judge"));
  expect(answerOf(result(3))).toEqual(unasked("has no settings yet to judge by"));
  for (const odd of ["", "geheim", "null", "{}", '{"held":5}', '{"held":[null]}', '{"held":[{"key":1,"rule":"x"}]}']) {
    expect(answerOf(result(0, odd)), odd).toEqual(unasked("gave an answer that cannot be read"));
  }
});

it("an answer without end is cut", () => {
  const held = Array.from({ length: 3_000 }, (_, at) => ({ key: `k${at}`, rule: "x".repeat(1_000) }));
  const { held: listed } = answerOf(result(1, JSON.stringify({ held })));
  expect(listed).toHaveLength(1_000);
  expect(listed[0]?.rule).toHaveLength(301);
});
