/** `clients` and `set --wait` on remote agents that are processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";

const bench = new Bench();
const program = fileURLToPath(new URL("../../support/agents/fleet-member.mjs", import.meta.url));

async function member(name: string, role: "serves" | "serves nothing" | "holds", port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, name, role, String(port), bench.dataDir], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [text] = (await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, "data"),
    once(child, "exit").then(() => ["it ended"]),
  ])) as [Buffer | string];
  expect(String(text)).toBe("ready\n");
  return child;
}

interface Client {
  readonly name: string;
  readonly state: string;
}

/** One that serves, one that is to be stopped, one that serves nothing, and one that holds; gives the second. */
async function fourMembers(port: number) {
  const [, stopped] = await Promise.all([
    member("well", "serves", port),
    member("stopped", "serves", port),
    member("quiet", "serves nothing", port),
    member("holder", "holds", port),
  ]);
  return stopped;
}

describe("a fleet of processes", () => {
  it("is told truly by clients and by set --wait: who has it, who holds it, who is stopped, and who cannot say", async () => {
    const { port } = await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    const stopped = await fourMembers(port);

    // While all are there, a change of another setting is one that all have, but for who cannot say.
    const other = await bench.runProcess("set", "logs_config.batch_wait", "7", "--wait", "--timeout", "60", ...at);
    expect(other.err).toBe("");
    expect(other.code).toBe(0);
    expect(other.out).toContain("3 of 4 remote agents have it.\n");
    expect(other.out).toMatch(/^Unknown: quiet \(process \d+\) serves no status; it was sent to it\.$/m);

    stopped?.kill("SIGSTOP");
    const level = await bench.run("set", "log_level", "loud", "--wait", "--timeout", "4", ...at);
    expect(level.code).toBe(1);
    expectOneLine(level.err);
    expect(level.err).toContain("2 of 4 remote agents do not have it: ");
    expect(level.err).toMatch(/stopped \(process \d+\) does not answer/);
    expect(level.err).toMatch(/holder \(process \d+\) holds log_level at the last good value/);
    expect(level.out).toContain("1 of 4 remote agents have it.\n");

    const { out } = await bench.run("clients", "--json", ...at);
    const { clients, sequenceId } = JSON.parse(out) as { clients: readonly Client[]; sequenceId: number };
    expect(sequenceId).toBe(2);
    expect(Object.fromEntries(clients.map((client) => [client.name, client]))).toMatchObject({
      well: { state: "synced", sequenceId: 2, behind: 0, held: 0, heldSettings: [], issues: [], sent: 2 },
      stopped: { state: "silent", sent: 2, reason: expect.stringContaining("did not answer (DEADLINE_EXCEEDED)") },
      quiet: { state: "silent", sent: 2, reason: "It serves no status; the newest state was sent to it." },
      holder: {
        state: "held",
        behind: 0,
        held: 1,
        heldSettings: [{ key: "log_level", reason: expect.stringContaining("broke the rule") }],
        issues: [{ title: "The setting log_level is held back", severity: "medium" }],
      },
    });
    const table = (await bench.run("clients", ...at)).out;
    expect(table).toMatch(/^holder +\d+ .* held +2 +0 +1 +It keeps the last good value of log_level\.$/m);
    expect(table).toMatch(/^ {2}issue \(medium\): The setting log_level is held back$/m);

    stopped?.kill("SIGCONT");
    const json = await bench.run("set", "log_level", "quiet", "--wait", "--timeout", "60", "--json", ...at);
    expect(json.code).toBe(1);
    const [, waited] = json.out.trim().split(/\n(?=\{)/);
    const standings = JSON.parse(waited ?? "{}") as { clients: readonly { name: string; standing: string }[] };
    expect(Object.fromEntries(standings.clients.map(({ name, standing }) => [name, standing]))).toEqual({
      well: "has",
      stopped: "has",
      quiet: "sent",
      holder: "holds",
    });
  });

  it("is asked by a dry run what it would hold by its own guards, and who cannot be asked is named", async () => {
    const { port } = await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    const stopped = await fourMembers(port);
    const good = await bench.run("set", "log_level", "debug", "--dry-run", ...at);
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toContain("3 of 4 remote agents would take it.\n");
    expect(good.out).toMatch(/^Not asked: quiet \(process \d+\) serves no commands\.$/m);

    stopped?.kill("SIGSTOP");
    const bad = await bench.run("set", "log_level=loud", "logs_config.batch_wait=7", "--dry-run", ...at);
    expect(bad.code).toBe(1);
    expectOneLine(bad.err);
    expect(bad.err).toMatch(/1 of 4 remote agents would hold settings: holder \(process \d+\)\.$/m);
    expect(bad.out).toContain('log_level: "info" → "loud" (agent-runtime) would be set.\n');
    expect(bad.out).toMatch(/^holder \(process \d+\) would hold log_level: it must be one of "trace", "debug", /m);
    expect(bad.out).toContain("1 of 4 remote agents would take it.\n");
    // Who registered first comes first.
    expect(bad.out).toMatch(/^Not asked: .*stopped \(process \d+\) did not answer \(DEADLINE_EXCEEDED\)/m);
    expect(bad.out).toMatch(/^Not asked: .*quiet \(process \d+\) serves no commands/m);

    const json = await bench.run("unset", "log_level", "--source", "file", "--dry-run", "--json", ...at);
    expect(json.code).toBe(1);
    const [setting, answer] = json.out.trim().split(/\n(?=\{)/);
    expect(JSON.parse(setting ?? "")).toMatchObject({ key: "log_level", outcome: "changes", after: null });
    const { clients, dryRun } = JSON.parse(answer ?? "") as { clients: { name: string }[]; dryRun: boolean };
    expect(dryRun).toBe(true);
    expect(Object.fromEntries(clients.map((client) => [client.name, client]))).toMatchObject({
      well: { verdict: "takes", held: [], why: "" },
      stopped: { verdict: "unasked", why: "did not answer (DEADLINE_EXCEEDED)" },
      quiet: { verdict: "unasked", why: "serves no commands" },
      holder: { verdict: "holds", held: [{ key: "log_level", rule: "is required, and must not be taken away" }] },
    });
    // Nothing has happened to anybody.
    expect((await bench.run("get", "log_level", ...at, "--address", `127.0.0.1:${port}`)).out).toContain("info");
    const listed = (await bench.run("clients", "--json", ...at)).out;
    expect(JSON.parse(listed)).toMatchObject({ sequenceId: 0 });
  });

  it("that is empty is waited for no time, and a time that makes no sense is refused before anything is set", async () => {
    await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    const alone = await bench.run("set", "log_level", "debug", "--wait", ...at);
    expect(alone).toMatchObject({ code: 0, err: "" });
    expect(alone.out).toContain("No remote agent is registered.\n");
    for (const args of [
      ["--timeout", "5"],
      ["--wait", "--timeout", "soon"],
      ["--wait", "--timeout", "90000"],
    ]) {
      const refused = await bench.run("set", "log_level", "trace", ...args, ...at);
      expect(refused).toMatchObject({ code: 2, out: "" });
      expectOneLine(refused.err);
    }
    expect((await bench.run("set", "log_level", "debug", ...at)).out).toContain("is set already");
  });
});
