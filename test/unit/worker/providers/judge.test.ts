import { expect, it } from "vitest";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import type { SavedSetting } from "../../../../src/worker/cache/saved-settings.js";
import { judge } from "../../../../src/worker/providers/judge.js";
import type { ProviderSources } from "../../../../src/worker/providers/sources.js";

const held = { key: "port", rule: "must be an integer", sinceMs: 1, source: "file", sequenceId: 1 };

function run(given: unknown, answer: ReturnType<ProviderSources["trial"]> | Error) {
  const asked: (readonly SavedSetting[])[] = [];
  const trial: ProviderSources["trial"] = (settings) => {
    asked.push(settings);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { ...judge({ trial } as ProviderSources, given), asked };
}

it("the command judge says by key and rule what would be held, and nothing of the values", () => {
  const given =
    '{"My.Port": [{"source": "file", "value": "900O"}, {"source": "cli", "value": [1, {"a": null}]}], "gone": []}';
  expect(run(given, [held])).toEqual({
    code: 1,
    stdout: '{"held":[{"key":"port","rule":"must be an integer"}]}\n',
    asked: [
      [
        [
          "my.port",
          [
            { source: "file", value: "900O" },
            { source: "cli", value: [1, { a: null }] },
          ],
        ],
        ["gone", []],
      ],
    ],
  });
  expect(run("{}", [])).toMatchObject({ code: 0, stdout: '{"held":[]}\n' });
});

it("the command judge says when it cannot judge, and repeats nothing of what it was given", () => {
  const deep = `{"a":[{"source":"file","value":${"[".repeat(9_000)}${"]".repeat(9_000)}}]}`;
  const wrong = [
    ["{}"],
    undefined,
    5,
    "",
    "geheim",
    "[]",
    "null",
    "5",
    "true",
    '{"a":"geheim"}',
    '{"a":["geheim"]}',
    '{"a":[{"source":"file"}]}',
    '{"a":[{"value":"geheim"}]}',
  ];
  for (const given of [...wrong, '{"a":[{"source":"geheim"}]}', '{"a":[null]}', deep]) {
    const outcome = run(given, []);
    expect(outcome).toMatchObject({ code: 2, asked: [] });
    expect(outcome.stderr).toMatch(/^The command "judge" needs the argument "settings"/);
    expect(JSON.stringify(outcome)).not.toContain("geheim");
  }
  expect(run("{}", undefined)).toMatchObject({ code: 3, stderr: expect.stringContaining("no settings here yet") });
  expect(run("{}", new Error("geheim"))).toMatchObject({ code: 3, stderr: expect.not.stringContaining("geheim") });
  const full = new ConfigStreamError("limit_exceeded", "There are too many keys.");
  expect(run("{}", full)).toMatchObject({ code: 3, stderr: "There are too many keys.\n" });
});
