import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";

const bench = new Bench("my_agent:\n  port: 9000\n  host: a\nlog_level: info\napi_key: abcdef123\n");

const rules = {
  "my_agent.port": { type: "integer", min: 1, max: 65_535, group: "server" },
  "my_agent.host": { type: "string", minLength: 1, group: "server" },
  api_key: { type: "string", minLength: 9 },
};

/** An agent with declared types, and what reaches it. */
async function start() {
  const defaults = join(bench.directory, "defaults.json");
  writeFileSync(
    defaults,
    JSON.stringify([
      { key: "my_agent.port", type: "integer", default: 1 },
      { key: "my_agent.wait", type: "duration", default: "5s" },
    ]),
  );
  const guards = join(bench.directory, "guards.json");
  writeFileSync(guards, JSON.stringify(rules));
  const { agent } = await bench.startAgent(0, "--defaults", defaults);
  const at = ["--data-dir", bench.dataDir];
  return {
    agent,
    guards,
    at,
    dry: (...words: readonly string[]) => bench.run("set", ...words, "--dry-run", "--guards", guards, ...at),
  };
}

describe("configstream set and unset --dry-run", () => {
  it("say what guards would hold and what would change, as the agent converts it, and change nothing", async () => {
    const { agent, at, dry } = await start();
    expect(await dry("my_agent.port", "9001", "--string")).toEqual({
      code: 0,
      out: "my_agent.port: 9000 → 9001 (agent-runtime) would be set.\nNo remote agent is registered.\nNothing was changed (--dry-run).\n",
      err: "",
    });
    const bad = await dry("my_agent.port=900O", "my_agent.host=b", "log_level=debug", "api_key=geheim");
    expect(bad.code).toBe(1);
    expect(bad.out.split("\n")).toEqual([
      'my_agent.port: 9000 → "900O" (agent-runtime) would be held: it must be an integer.',
      'my_agent.host: "a" → "b" (agent-runtime) would be held: it must wait for "my_agent.port" of its group, which breaks its rule.',
      'log_level: "info" → "debug" (agent-runtime) would be set.',
      'api_key: "********" → "********" (agent-runtime) would be held: it must have a length of at least 9.',
      "No remote agent is registered.",
      "Nothing was changed (--dry-run).",
      "",
    ]);
    expect(bad.err).toContain('The value given for "my_agent.port" does not read as int;');
    expect(bad.err).toContain("3 of 4 settings would be held: my_agent.port, my_agent.host, api_key.");
    expect(bad.out + bad.err).not.toMatch(/geheim|abcdef123/);
    const json = await dry("my_agent.wait", "61s", "--json");
    const [setting, clients] = json.out.trim().split(/\n(?=\{)/);
    expect(JSON.parse(clients ?? "")).toEqual({ clients: [], dryRun: true });
    expect(JSON.parse(setting ?? "")).toEqual({
      key: "my_agent.wait",
      source: "agent-runtime",
      changed: true,
      before: { value: 5_000_000_000, source: "default" },
      after: { value: 61_000_000_000, source: "agent-runtime" },
      outcome: "changes",
      rule: null,
      dryRun: true,
    });

    expect((await bench.run("history", ...at)).out).toBe("Nothing has changed since the agent began.\n");
    expect(agent.err).not.toMatch(/Changed|does not read/);
    const real = await bench.runProcess("set", "my_agent.port", "9001", ...at);
    expect(real.out).toBe("my_agent.port: 9000 → 9001 (agent-runtime), sequence id 1.\n");
  });

  it("see layers that lose, values that are there, names that are new, and what shows when a layer is cleared", async () => {
    const { at, dry, guards } = await start();
    await bench.run("set", "my_agent.port", "9001", "--source", "cli", ...at);
    expect((await dry("my_agent.port", "900O")).out).toContain(
      "my_agent.port would stay 9001 (cli), which wins over agent-runtime.\n",
    );
    expect((await dry("my_agent.port", "9001", "--source", "cli")).out).toContain(
      "my_agent.port would not change; it is 9001 (cli).\n",
    );
    const fresh = await bench.run("set", "log_levle", "x", "--dry-run", ...at);
    expect(fresh).toMatchObject({ code: 0, err: expect.stringContaining('Did you mean "log_level"?') });
    const unset = ["--dry-run", "--guards", guards, ...at];
    const back = await bench.run("unset", "my_agent.port", "--source", "cli", ...unset);
    expect(back).toMatchObject({
      code: 0,
      out: expect.stringMatching("my_agent.port: 9001 → 9000 \\(file\\) would be"),
    });
    const none = await bench.run("unset", "log_levle", ...unset);
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('There is no setting "log_levle".') });
  });

  it("judge by the other keys of a group as the agent has them", async () => {
    const { at, dry } = await start();
    await bench.run("set", "my_agent.port", "900O", ...at);
    const waits = await dry("my_agent.host", "b");
    expect(waits).toMatchObject({ code: 1, out: expect.stringContaining('it must wait for "my_agent.port"') });
    expect(await dry("my_agent.host=b", "my_agent.port=9001")).toMatchObject({ code: 0 });
  });

  it("refuse a guards file that is wrong, and options that mean nothing together", async () => {
    const { at, guards } = await start();
    writeFileSync(guards, JSON.stringify({ "my_agent.port": { max: "x" } }));
    for (const more of [
      ["--dry-run", "--guards", guards],
      ["--guards", guards],
      ["--dry-run", "--wait"],
    ]) {
      const wrong = await bench.run("set", "a", "1", ...more, ...at);
      expect(wrong, more.join(" ")).toMatchObject({ code: 2, out: "" });
      expectOneLine(wrong.err);
    }
    const nobody = await bench.run("set", "a", "1", "--dry-run", "--data-dir", bench.directory);
    expect(nobody).toMatchObject({ code: 1, out: "" });
    expectOneLine(nobody.err);
  });
});
