/** `configstream fleet diff HOST HOST` with core agents that run. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";

const bench = new Bench();

async function secondAgent(yaml: string): Promise<{ readonly address: string; readonly dataDir: string }> {
  const [config, dataDir] = [join(bench.directory, "other.yaml"), join(bench.directory, "other")];
  writeFileSync(config, yaml);
  const agent = bench.start(["agent", "--config", config, "--data-dir", dataDir, "--address", "127.0.0.1:0"]);
  await agent.says(/Certificate file:.*\n/);
  return { address: /Core agent: +(\S+)/.exec(agent.out)?.[1] ?? "", dataDir };
}

describe("configstream fleet diff", () => {
  it("says what two core agents serve differently, each with credentials of its own, and shows no credential", async () => {
    const { port } = await bench.startAgent();
    const other = await secondAgent("log_level: debug\napi_key: other987\nlogs_config:\n  batch_wait: 2.5\nextra: 1\n");
    const [one, two] = [`127.0.0.1:${port}@${bench.dataDir}`, `${other.address}@${other.dataDir}`];
    expect(await bench.runProcess("fleet", "diff", one, two)).toEqual({
      code: 0,
      out:
        'api_key: "********" (file) → "********" (file)\n' +
        "extra: (none) → 1 (file)\n" +
        'log_level: "info" (file) → "debug" (file)\n' +
        "3 of 4 settings differ.\n",
      err: "",
    });
    const json = JSON.parse((await bench.run("fleet", "diff", two, one, "--json", "--show-secrets")).out);
    expect(json).toEqual([
      { key: "api_key", before: { value: "other987", source: "file" }, after: { value: "abcdef123", source: "file" } },
      { key: "extra", before: { value: 1, source: "file" }, after: null },
      { key: "log_level", before: { value: "debug", source: "file" }, after: { value: "info", source: "file" } },
    ]);
    await bench.run("set", "log_level", "info", "--source", "cli", "--data-dir", bench.dataDir);
    const same = await bench.run(
      "fleet",
      "diff",
      `127.0.0.1:${port}`,
      `127.0.0.1:${port}`,
      "--data-dir",
      bench.dataDir,
    );
    expect(same).toEqual({ code: 0, out: "Nothing differs in 3 settings.\n", err: "" });
  });

  it("refuses what cannot be compared, and says in one line which host cannot be reached", async () => {
    for (const args of [
      ["127.0.0.1:1"],
      ["127.0.0.1:1", "fleet.yaml"],
      ["812", "127.0.0.1:1"],
      ["fleet.yaml", "other.yaml", "--store", "fleet.yaml"],
      ["127.0.0.1:1", "127.0.0.1:2", "--layer", "remote-config"],
    ]) {
      const refused = await bench.run("fleet", "diff", ...args);
      expect(refused).toMatchObject({ code: 2, out: "" });
      expectOneLine(refused.err);
    }
    const { port } = await bench.startAgent();
    const gone = await bench.run(
      "fleet",
      "diff",
      `127.0.0.1:${port}`,
      "127.0.0.1:1",
      "--data-dir",
      bench.dataDir,
      "--timeout",
      "1",
    );
    expect(gone).toMatchObject({ code: 1, out: "" });
    expectOneLine(gone.err);
    expect(gone.err).toContain("127.0.0.1:1");
    const missing = await bench.run("fleet", "diff", "/nowhere/a.yaml", "/nowhere/b.yaml");
    expect(missing.code).toBe(1);
    expectOneLine(missing.err);
  });
});
