import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";

const bench = new Bench();

describe("configstream history, diff and rollback", () => {
  it("show who changed what and why, how two states differ, and bring one back, over a kill of the agent", async () => {
    const { agent } = await bench.startAgentProcess();
    const at = ["--data-dir", bench.dataDir];
    await bench.run("set", "log_level=debug", "b=1", "--reason", "incident 4711", "--by", "anna", ...at);
    await bench.run("set", "api_key", "hunter2", "--source", "cli", "--by", "bert", ...at);
    const history = await bench.runProcess("history", ...at);
    expect(history).toMatchObject({ code: 0, err: "" });
    expect(history.out).toMatch(
      /^3 {2}\S+, runtime by bert\n {2}api_key: \(none\) → \*{8} \([0-9a-f]{8}\) \(cli\)\n2 {2}/,
    );
    expect(history.out).toContain('runtime by anna: incident 4711\n  log_level: (none) → "debug" (agent-runtime)\n');
    expect(history.out).not.toContain("hunter2");
    const rows = (await bench.run("history", "--json", ...at)).out.trim().split("\n");
    expect(rows.map((row) => JSON.parse(row).id)).toEqual([3, 2]);

    expect((await bench.runProcess("diff", "2", "1", ...at)).out).toBe(
      'b: 1 → (none) (agent-runtime)\nlog_level: "debug" → (none) (agent-runtime)\n',
    );
    const dry = await bench.run("rollback", "1", "--dry-run", ...at);
    expect(dry.out).toContain("Nothing was changed");
    const back = await bench.runProcess("rollback", "1", ...at);
    expect(back.out).toMatch(/Changed, sequence id 3\.\n$/);
    await agent.says("Changed: api_key, b, log_level (sequence id 3).", "err");
    expect((await bench.run("history", "--limit", "1", ...at)).out).toMatch(
      /^4 {2}\S+, rollback by \S*: rollback to 1\n/,
    );
    expect((await bench.run("diff", "1", ...at)).out).toBe("");

    const wrong = await bench.run("rollback", "99", ...at);
    expect(wrong.code).toBe(1);
    expectOneLine(wrong.err);
    expect(wrong.err).toContain("No state 99 is kept; give an id from 1 to 4.");

    expect(statSync(join(bench.dataDir, "history")).mode & 0o777).toBe(0o600);
    agent.kill("SIGKILL");
    await agent.ended;
    await bench.startAgent();
    const again = await bench.run("rollback", "2", "--reason", "it was good", ...at);
    expect(again.out).toContain('log_level: (none) → "debug" (agent-runtime)');
  });
});
