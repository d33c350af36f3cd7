import { ConfigStreamError } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { checkLines, diagnosisJson, verdict } from "../../../packages/configstream/src/cli/doctor/print.js";
import {
  type Check,
  type CheckResult,
  failed,
  failedBy,
  ok,
  runChecks,
  warn,
} from "../../../packages/configstream/src/cli/doctor/run.js";
import { ansiStyle, plainStyle } from "../../../packages/configstream/src/cli/terminal/style.js";
import { explained } from "../../../src/shared/text/explained.js";

function check(id: string, needs: readonly string[], run: () => ReturnType<typeof ok>): Check<undefined> {
  return { id, title: id, needs, advice: `Mend ${id}.`, run: async () => run() };
}

async function diagnose(...checks: readonly Check<undefined>[]) {
  const told: CheckResult[] = [];
  let now = 0;
  const diagnosis = await runChecks(
    checks,
    undefined,
    () => now++,
    (result) => told.push(result),
  );
  expect(told).toEqual(diagnosis.results);
  return diagnosis;
}

describe("running checks", () => {
  it("skips what stands on a failure or on a skipped check, and nothing else", async () => {
    const {
      results,
      cause,
      ok: allWell,
    } = await diagnose(
      check("a", [], () => ok("fine")),
      check("b", ["a"], () => failed("It is broken; mend it.")),
      check("c", ["b"], () => ok("unreached")),
      check("d", ["c"], () => ok("unreached")),
      check("e", ["a"], () => warn("Nearly.", "Look at it.")),
      check("f", ["e"], () => ok("reached")),
    );
    expect(results.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      "a ok",
      "b fail",
      "c skip",
      "d skip",
      "e warn",
      "f ok",
    ]);
    expect(results[2]).toMatchObject({ detail: 'skipped: "b" must pass first', ms: 0 });
    expect({ cause: cause?.id, allWell }).toEqual({ cause: "b", allWell: false });
    expect(results[0]?.ms).toBe(1);
  });

  it("takes what a check throws as its failure, and the check's advice where there is none", async () => {
    const thrower = check("a", [], () => {
      throw new ConfigStreamError("internal", "It cannot be read.");
    });
    const { results } = await diagnose(thrower);
    expect(results[0]).toMatchObject({ outcome: "fail", detail: "It cannot be read.", advice: "Mend a." });
  });

  it.each([
    [
      "an error",
      () => Object.assign(new Error("token=SECRET"), { code: "ECONNRESET" }),
      /^Unexpected Error \(ECONNRESET\) /,
    ],
    ["a text", () => "SECRET", /^Unexpected a thrown string\.$/],
    [
      "an object whose fields throw",
      () =>
        new Proxy(
          {},
          {
            get() {
              throw new Error("SECRET");
            },
          },
        ),
      /^Unexpected /,
    ],
  ])(
    "prints no message of %s that is not the library's, because it may quote anything",
    async (_what, make, detail) => {
      const thrower = check("a", [], () => {
        throw make();
      });
      const { results } = await diagnose(thrower);
      expect(JSON.stringify(results)).not.toContain("SECRET");
      expect(results[0]).toMatchObject({ outcome: "fail", detail: expect.stringMatching(detail), advice: "Mend a." });
      expect(JSON.stringify(failedBy(make(), "Mend it."))).not.toContain("SECRET");
    },
  );

  it("takes the advice from the fields of an error, and never out of a sentence", () => {
    const error = new ConfigStreamError("unavailable", ...explained("It is gone", "start it"));
    expect(failedBy(error)).toEqual({ outcome: "fail", detail: "It is gone.", advice: "Start it." });
    expect(failed("It is gone; start it.")).toEqual({ outcome: "fail", detail: "It is gone; start it." });
    expect(failed("It is gone; really.", "Start it.").detail).toBe("It is gone; really.");
  });
});

describe("a diagnosis", () => {
  const result: CheckResult = {
    id: "tcp",
    title: "TCP",
    outcome: "fail",
    detail: "Nothing listens at a rather long address that must be broken into lines.",
    advice: "Start\u001bit.",
    ms: 1.234,
  };

  it("fits the width, and cannot move the cursor", () => {
    const lines = checkLines(result, 70, plainStyle).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^✗ TCP {14,} *1\.23 ms {2}Nothing listens/);
    expect(lines.at(-1)).toMatch(/^ +→ Start\\u001bit\.$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(70);
    expect(checkLines(result, 70, ansiStyle)).not.toContain("Start\u001bit");
  });

  it("ends with its cause, or with good news", () => {
    const cause = { ...result, detail: "Nothing listens." };
    expect(verdict({ ok: false, results: [cause, cause], cause }, 80, plainStyle)).toBe(
      "Failed: TCP (2 checks failed; mend this one first). Nothing listens.\n",
    );
    const fine: CheckResult = { ...result, outcome: "ok" };
    expect(verdict({ ok: true, results: [fine], cause: undefined }, 80, plainStyle)).toContain("All 1 checks passed: ");
    expect(diagnosisJson({ ok: false, results: [cause], cause })).toMatchObject({ ok: false, cause: "tcp" });
  });
});
