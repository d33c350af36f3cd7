import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine, freePort } from "../../support/cli/cli.js";

const bench = new Bench();

/** The status of a request to the control socket. */
function post(socketPath: string, path: string, authorization: string | undefined, body: string): Promise<number> {
  const headers = authorization === undefined ? {} : { authorization };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method: "POST", headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("error", reject);
    call.end(body);
  });
}

describe("configstream agent", () => {
  it("gives address and paths as shell assignments, never contents", async () => {
    const args = ["agent", "--config", bench.yamlFile, "--data-dir", bench.dataDir, "--address", "127.0.0.1:0"];
    const agent = bench.start([...args, "--print-paths"]);
    await agent.says("DD_IPC_CERT_FILE_PATH");
    expect(agent.out).toMatch(/^export DD_CMD_HOST='127\.0\.0\.1'\nexport DD_CMD_PORT='\d+'\n/);
    expect(agent.out).toContain(`export DD_AUTH_TOKEN_FILE_PATH='${join(bench.dataDir, "auth_token")}'`);
    expect(agent.out).not.toContain("BEGIN");
  });

  it("says in one line where the YAML file is malformed", async () => {
    writeFileSync(bench.yamlFile, "log_level: [unclosed\n");
    const args = ["--config", bench.yamlFile, "--data-dir", bench.dataDir, "--address", "127.0.0.1:0"];
    const result = await bench.run("agent", ...args);
    expect(result).toMatchObject({ code: 1, out: "" });
    expectOneLine(result.err);
    expect(result.err).toContain(`${bench.yamlFile} is not valid at line `);
    expect(result.err).not.toContain("unclosed");
  });

  it("says in one line that the port is busy", async () => {
    const port = await freePort();
    await bench.startAgent(port);
    const args = ["--config", bench.yamlFile, "--data-dir", bench.dataDir, "--address", `127.0.0.1:${port}`];
    const result = await bench.run("agent", ...args);
    expect(result.code).toBe(1);
    expect(result.err.split("\n").filter((line) => line.startsWith("configstream: "))).toHaveLength(1);
    expect(result.err).toContain(`cannot listen on 127.0.0.1:${port}: another process listens there`);
  });
});

describe("configstream set and unset", () => {
  it("change a layer of the running agent, which a consumer sees, and take it back", async () => {
    const { agent, connection } = await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    const watch = bench.start(["watch", ...connection]);
    await watch.says("connected", "err");
    expect(await bench.run("set", "LOG_level", "debug", ...at)).toEqual({
      code: 0,
      out: 'log_level: "info" → "debug" (agent-runtime), sequence id 1.\n',
      err: "",
    });
    await watch.says(/log_level: "info" → "debug" \(agent-runtime/);
    await agent.says("Changed: log_level (sequence id 1).", "err");
    const above = await bench.run("set", "log_level", "warn", "--source", "cli", ...at);
    expect(above.out).toBe('log_level: "debug" → "warn" (cli), sequence id 2.\n');
    const below = await bench.run("set", "log_level", "trace", ...at);
    expect(below.out).toBe('log_level stays "warn" (cli), which wins over agent-runtime.\n');
    const same = await bench.run("set", "log_level", "trace", ...at);
    expect(same.out).toBe('log_level is set already in agent-runtime; it is "warn" (cli).\n');
    const back = await bench.run("unset", "log_level", "--source", "cli", "--json", ...at);
    expect(JSON.parse(back.out)).toMatchObject({
      key: "log_level",
      changed: true,
      before: { value: "warn", source: "cli" },
      after: { value: "trace", source: "agent-runtime" },
    });
  });

  it("read values as YAML, text on request, and refuse what the stream cannot carry", async () => {
    await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    const value = async (...args: readonly string[]) =>
      JSON.parse((await bench.run("set", ...args, "--json", ...at)).out).after.value;
    expect(await value("a", "{x: [1, two, true]}")).toEqual({ x: [1, "two", true] });
    expect(await value("a", "5")).toBe(5);
    expect(await value("a", "5", "--string")).toBe("5");
    expect(await value("a", "")).toBe("");
    for (const wrong of ["[1", ".inf"]) {
      const result = await bench.run("set", "a", wrong, ...at);
      expect(result.code).toBe(2);
      expectOneLine(result.err);
    }
  });

  it("take several settings as one change set, and refuse all of them when one is wrong", async () => {
    await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    const both = await bench.run("set", "log_level=warn", "extra.b=[1, 2]", ...at);
    expect(both.out).toBe(
      'log_level: "info" → "warn" (agent-runtime), sequence id 1.\nextra.b: (none) → [1,2] (agent-runtime), sequence id 1.\n',
    );
    const refused = await bench.run("set", "log_level=error", `${"k".repeat(65_536)}=1`, ...at);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("65535 bytes");
    for (const words of [["log_level=a", "b"], ["log_level=a", "LOG_level=b"], ["a", "b", "c"], ["=1"], ["a"]]) {
      const wrong = await bench.run("set", ...words, ...at);
      expect(wrong, words.join(" ")).toMatchObject({ code: 2, out: "" });
      expectOneLine(wrong.err);
    }
    const back = await bench.run("unset", "log_level", "extra.b", "--json", ...at);
    const lines = back.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { key: "log_level", after: { value: "info" }, sequenceId: 2 },
      { key: "extra.b", after: null, sequenceId: 2 },
    ]);
  });

  it("tell of a key that did not exist, with the names that are close, and mask credentials", async () => {
    await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    const typo = await bench.run("set", "log_levle", "x", ...at);
    expect(typo).toMatchObject({ code: 0, out: 'log_levle: (none) → "x" (agent-runtime), sequence id 1.\n' });
    expect(typo.err).toContain('did not exist before; it does now. Did you mean "log_level"?');
    const gone = await bench.run("unset", "log_levl", ...at);
    expect(gone.code).toBe(1);
    expect(gone.err).toContain('There is no setting "log_levl". Did you mean "log_level" or "log_levle"?');
    const secret = await bench.run("set", "api_key", "xyz789", "--json", ...at);
    expect(secret.out).not.toMatch(/xyz789|abcdef123/);
  });

  it("need the token of that agent, over a socket that belongs to its user alone and is gone afterwards", async () => {
    const { agent } = await bench.startAgent();
    const socket = join(bench.dataDir, "control.sock");
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    const body = JSON.stringify({ source: "cli", writes: [{ key: "log_level", value: "x" }] });
    expect(await post(socket, "/v1/settings", undefined, body)).toBe(401);
    expect(await post(socket, "/v1/settings", "Bearer wrong", body)).toBe(401);
    const other = join(bench.directory, "other-token");
    writeFileSync(other, "wrong");
    mkdirSync(join(bench.directory, "elsewhere"));
    const elsewhere = await bench.run("set", "a", "1", "--data-dir", join(bench.directory, "elsewhere"));
    expect(elsewhere.code).toBe(1);
    expectOneLine(elsewhere.err);
    agent.kill("SIGTERM");
    expect(await agent.ended).toBe(0);
    expect(readdirSync(bench.dataDir).sort()).toEqual(["auth_token", "history", "ipc_cert.pem"]);
    const late = await bench.run("set", "a", "1", "--data-dir", bench.dataDir);
    expect(late.code).toBe(1);
    expect(late.err).toContain('No "configstream agent" listens at');
  });

  it("work again after the agent was killed and left its socket behind", async () => {
    const { agent } = await bench.startAgentProcess();
    agent.kill("SIGKILL");
    await agent.ended;
    expect(readdirSync(bench.dataDir)).toContain("control.sock");
    await bench.startAgent();
    expect((await bench.run("set", "log_level", "debug", "--data-dir", bench.dataDir)).code).toBe(0);
  });
});
