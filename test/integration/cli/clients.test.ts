import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Consumer, createConsumer } from "configstream-consumer";
import { describe, expect, it, onTestFinished } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";
import { planted } from "../../support/secret-net/net.js";

const bench = new Bench(`log_level: info\napi_key: ${planted("key")}\n`);

/** A consumer of the bench's agent, live. */
async function startConsumer(port: number, clientName: string, serve: boolean): Promise<Consumer> {
  const consumer = createConsumer({
    clientName,
    coreAgentAddress: `127.0.0.1:${port}`,
    authTokenFile: join(bench.dataDir, "auth_token"),
    ipcCertFile: join(bench.dataDir, "ipc_cert.pem"),
    serve,
  });
  onTestFinished(() => consumer.stop());
  await consumer.start();
  await consumer.waitReady({ timeoutMs: 30_000 });
  return consumer;
}

describe("the commands about remote agents", () => {
  it("list who is registered, with state and sequence id, and why somebody is silent", async () => {
    const { port } = await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    expect(await bench.runProcess("clients", ...at)).toEqual({
      code: 0,
      out: "No remote agent is registered.\n",
      err: "",
    });
    const consumer = await startConsumer(port, "one", true);
    await startConsumer(port, "two", false);
    await bench.run("set", "log_level", "debug", ...at);
    await expect.poll(() => consumer.reader().getString("log_level"), { timeout: 15_000 }).toBe("debug");
    const { out } = await bench.run("clients", ...at);
    const [titles, one, two, ...others] = out.split("\n");
    expect(titles).toMatch(/^NAME +PROCESS +SINCE +STATE +SEQUENCE ID +BEHIND +HELD +WHY$/);
    expect(one).toMatch(new RegExp(`^one +${process.pid} +.* synced +1 +0 +0$`));
    expect(two).toMatch(
      new RegExp(`^two +${process.pid} +.* silent +– +– +– +It serves no status; the newest state was sent to it\\.$`),
    );
    expect(others).toEqual([""]);
    const json = JSON.parse((await bench.run("clients", "--json", ...at)).out);
    expect(json).toMatchObject({
      sequenceId: 1,
      clients: [{ flavor: "one", state: "synced", held: 0 }, { flavor: "two" }],
    });
  });

  it("get a flare, printed or into a new directory, with secrets masked", async () => {
    const { port } = await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    await startConsumer(port, "one", true);
    const printed = await bench.runProcess("flare", "one", ...at);
    expect(printed.out).toContain("== settings.txt\n");
    expect(printed.out).toContain('api_key: "********" (file)\n');
    const out = join(bench.directory, "flare");
    expect(await bench.run("flare", "one", "--out", out, ...at)).toMatchObject({
      code: 0,
      out: `4 files are in ${out}.\n`,
    });
    expect(readdirSync(out).sort()).toEqual(["held.txt", "log.txt", "settings.txt", "status.txt"]);
    expect(statSync(join(out, "settings.txt")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(out, "status.txt"), "utf8")).toMatch(/^state: live\n/);
    const again = await bench.run("flare", "one", "--out", out, ...at);
    expect(again.code).toBe(1);
    expectOneLine(again.err);
    expect(again.err).toContain("exists already");
  });

  it("run a command there, with its output and its exit code", async () => {
    const { port } = await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    await startConsumer(port, "one", true);
    const explained = await bench.runProcess("command", "one", "explain", "log_level", ...at);
    expect(explained).toMatchObject({ code: 0, err: "" });
    expect(explained.out).toMatch(/^log_level: "info"\nSource file;/);
    expect((await bench.run("command", "one", "doctor", ...at)).code).toBe(0);
    const wrong = await bench.run("command", "one", "explian", ...at);
    expect(wrong).toMatchObject({ code: 2, out: "" });
    expect(wrong.err).toContain('Did you mean "explain"?');
    const missing = await bench.run("command", "one", "explain", "log_levle", "--json", ...at);
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.out)).toMatchObject({ exitCode: 1, stdout: "" });
  });

  it("say in one line that nobody of that name is registered, and who is", async () => {
    const { port } = await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    await startConsumer(port, "one", true);
    for (const args of [
      ["flare", "other"],
      ["command", "other", "status"],
    ]) {
      const result = await bench.run(...args, ...at);
      expect(result).toMatchObject({ code: 1, out: "" });
      expectOneLine(result.err);
      expect(result.err).toContain('No remote agent "other" is registered. There are: "one".');
    }
  });
});
