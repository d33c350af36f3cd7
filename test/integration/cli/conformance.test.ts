import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Bench } from "../../support/cli/cli.js";

const bench = new Bench();
const example = fileURLToPath(new URL("../../../examples/conformance/consumer.mjs", import.meta.url));

interface Report {
  readonly ok: boolean;
  readonly scenarios: readonly { readonly id: string; readonly outcome: string }[];
}

it("conformance consumer judges a command, says what failed, and ends with 1 then", async () => {
  const good = await bench.runProcess("conformance", "consumer", "--only", "kinds", "--", process.execPath, example);
  expect(good).toMatchObject({ code: 0, err: "" });
  expect(good.out).toMatch(/^kinds +passed[^\n]+Texts, numbers, truth values and lists come back/);
  expect(good.out).toMatch(/\n1 passed, 0 failed of 1 scenario\.\n$/);

  const silly = "setInterval(() => console.log(JSON.stringify({ settings: { 'conformance.a': 7 } })), 50)";
  const only = ["--only", "clean-end", "--json"];
  const bad = await bench.runProcess("conformance", "consumer", ...only, "--", process.execPath, "-e", silly);
  expect(bad).toMatchObject({ code: 1, err: "" });
  expect(JSON.parse(bad.out)).toMatchObject({
    ok: false,
    scenarios: [{ id: "clean-end", outcome: "failed", expected: "conformance.a = 1", seen: "conformance.a = 7" }],
  });
});

it("conformance agent judges the running core agent, and skips what needs commands", async () => {
  const { connection } = await bench.startAgent();
  const { code, out, err } = await bench.runProcess("conformance", "agent", "--json", ...connection);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { ok, scenarios } = JSON.parse(out) as Report;
  expect(ok).toBe(true);
  expect(scenarios.filter(({ outcome }) => outcome === "skipped").length).toBe(4);
});

it("conformance refuses scenarios that do not exist and a missing command, and --list has what there is", async () => {
  const wrong = await bench.runProcess("conformance", "agent", "--only", "ordr");
  expect(wrong).toMatchObject({ code: 2, out: "" });
  expect(wrong.err).toBe("configstream: There is no scenario or group ordr; --list prints them.\n");
  expect(await bench.runProcess("conformance", "consumer")).toMatchObject({
    code: 2,
    err: "configstream: Give the command that starts the consumer, after --.\n",
  });
  const { out } = await bench.runProcess("conformance", "consumer", "--list");
  expect(out).toMatch(/^order: stale-update: An update with the last sequence id or a lower one is dropped\.$/m);
});
