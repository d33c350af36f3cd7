import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine, hasAnsi } from "../../support/cli/cli.js";

const bench = new Bench();

describe("configstream agent and watch", () => {
  it("shows an edit of the YAML file in another process", async () => {
    const { agent, connection } = await bench.startAgentProcess();
    const watch = bench.startProcess(["watch", ...connection]);
    await watch.says("connected: Watching", "err");
    writeFileSync(bench.yamlFile, "log_level: debug\napi_key: other456\nlogs_config:\n  batch_wait: 2.5\n");
    await watch.says(/ log_level: "info" → "debug" \(file, sequence id \d+\)\n/);
    await watch.says(/ api_key: "\*{8}" → "\*{8}"/);
    await agent.says(/Changed: api_key, log_level/, "err");
    for (const secret of ["abcdef123", "other456"]) expect(watch.out + agent.out + agent.err).not.toContain(secret);
    expect(hasAnsi(watch.out + watch.err)).toBe(false);
    watch.kill("SIGINT");
    agent.kill("SIGTERM");
    expect(await watch.ended).toBe(0);
    expect(await agent.ended).toBe(0);
  });

  it("prints JSON lines for the chosen keys only", async () => {
    const { connection } = await bench.startAgent();
    const watch = bench.start(["watch", "--json", "--prefix", "logs_config.", ...connection]);
    await watch.says('"event":"connected"', "err");
    writeFileSync(bench.yamlFile, "log_level: debug\nlogs_config:\n  batch_wait: 4\n");
    await watch.says("\n");
    const lines = watch.out.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ key: "logs_config.batch_wait", oldValue: 2.5, newValue: 4, source: "file" }),
    ]);
  });

  it("with guards, says what is held and what has healed, and prints the good value alone", async () => {
    const guards = join(bench.directory, "guards.json");
    writeFileSync(guards, JSON.stringify({ log_level: { oneOf: ["info", "debug"] } }));
    const { connection } = await bench.startAgent();
    const watch = bench.start(["watch", "--guards", guards, "--key", "log_level", ...connection]);
    await watch.says("connected: Watching", "err");
    writeFileSync(bench.yamlFile, "log_level: loud\n");
    await watch.says(
      /held: log_level: what source "file" brought with sequence id \d+ must be one of "info", "debug"/,
      "err",
    );
    const doctor = await bench.run("doctor", "--json", "--guards", guards, ...connection);
    expect(doctor.code).toBe(0);
    expect(doctor.out).toContain('1 setting would be held: log_level of \\"file\\" must be one of');
    writeFileSync(bench.yamlFile, "log_level: debug\n");
    await watch.says(/ log_level: "info" → "debug"/);
    await watch.says("healed: log_level is no longer held.", "err");
    expect(watch.out + watch.err).not.toContain("loud");
  });

  it("tells of an outage and of the recovery when the agent is killed and started again", async () => {
    const first = await bench.startAgentProcess();
    const watch = bench.start(["watch", "--key", "log_level", ...first.connection]);
    await watch.says("connected", "err");
    first.agent.kill("SIGKILL");
    await watch.says(/outage: The last settings stay readable\. \S+/, "err");
    writeFileSync(bench.yamlFile, "log_level: warn\n");
    await bench.startAgent(first.port);
    await watch.says(/recovery: Updates flow again, after \d/, "err");
    await watch.says(/log_level: "info" → "warn"/);
  });

  it("colours its lines when FORCE_COLOR asks for it, also without a terminal", async () => {
    const { connection } = await bench.startAgent();
    const watch = bench.start(["watch", ...connection], { FORCE_COLOR: "1" });
    await watch.says("connected", "err");
    writeFileSync(bench.yamlFile, "log_level: debug\n");
    await watch.says(/log_level/);
    expect(hasAnsi(watch.out)).toBe(true);
  });

  it("ends quietly when nobody reads its output any more", async () => {
    const { connection } = await bench.startAgent();
    const watch = bench.startProcess(["watch", ...connection]);
    await watch.says("connected", "err");
    watch.closeOutput();
    writeFileSync(bench.yamlFile, "log_level: debug\n");
    expect(await watch.ended).toBe(0);
    expect(watch.err).not.toMatch(/EPIPE|Unexpected/);
  });

  it("says in one line that the certificate belongs to another core agent", async () => {
    const { connection } = await bench.startAgent();
    const other = join(bench.directory, "other");
    const foreign = ["agent", "--config", bench.yamlFile, "--data-dir", other, "--address", "127.0.0.1:0"];
    await bench.start(foreign).says("Certificate file");
    const pem = join(other, "ipc_cert.pem");
    const result = await bench.run("watch", ...connection, "--ipc-cert-file", pem, "--timeout", "2");
    expect(result.code).toBe(1);
    expectOneLine(result.err);
    expect(result.err).toContain(`showed another certificate than the one in ${pem}`);
  });
});
