import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";

const bench = new Bench();

describe("configstream get", () => {
  it("prints a value, and tells of a missing key with the names that are close", async () => {
    const { connection } = await bench.startAgent();
    expect(await bench.run("get", "LOGS_config.batch_wait", ...connection)).toEqual({ code: 0, out: "2.5\n", err: "" });
    const json = await bench.run("get", "log_level", "--json", ...connection);
    expect(JSON.parse(json.out)).toEqual({ key: "log_level", value: "info", source: "file", sequenceId: 0 });
    const missing = await bench.run("get", "log_levle", ...connection);
    expect(missing).toMatchObject({ code: 1, out: "" });
    expectOneLine(missing.err);
    expect(missing.err).toContain('Did you mean "log_level"?');
    expect((await bench.run("get", "logs_config", ...connection)).err).toContain("is a section");
    expect((await bench.run("get", "api_key", ...connection)).out).toBe("********\n");
    expect((await bench.run("get", "api_key", "--show-secrets", ...connection)).out).toBe("abcdef123\n");
  });

  it("finds address and files in the environment, in a datadog.yaml, and by options, which win", async () => {
    const { port, connection } = await bench.startAgent();
    const env = {
      DD_CMD_HOST: "127.0.0.1",
      DD_CMD_PORT: String(port),
      DD_AUTH_TOKEN_FILE_PATH: join(bench.dataDir, "auth_token"),
      DD_IPC_CERT_FILE_PATH: join(bench.dataDir, "ipc_cert.pem"),
    };
    expect(await bench.runWith(env, "get", "log_level")).toMatchObject({ code: 0, out: "info\n" });
    const config = join(bench.dataDir, "datadog.yaml");
    writeFileSync(config, `cmd_host: 127.0.0.1\ncmd_port: ${port}\n`);
    expect(await bench.run("get", "log_level", "--config", config)).toMatchObject({ code: 0, out: "info\n" });
    const wrong = { DD_CMD_PORT: "1", DD_AUTH_TOKEN_FILE_PATH: "/nowhere" };
    expect(await bench.runWith(wrong, "get", "log_level", ...connection)).toMatchObject({ code: 0, out: "info\n" });
    expect((await bench.run("get", "a", "--config", "/nowhere/datadog.yaml")).code).toBe(2);
  });
});

describe("configstream dump", () => {
  it("prints all settings with sources in every form, credentials masked", async () => {
    const { connection } = await bench.startAgent();
    const flat = await bench.run("dump", ...connection);
    expect(flat.out.split("\n").slice(1)).toEqual([
      'api_key: "********"  # file',
      'log_level: "info"  # file',
      "logs_config.batch_wait: 2.5  # file",
      "",
    ]);
    const nested = await bench.run("dump", "--nested", ...connection);
    expect(nested.out).toContain("logs_config:\n  batch_wait: 2.5  # file\n");
    const json = JSON.parse((await bench.run("dump", "--json", "--nested", "--show-secrets", ...connection)).out);
    expect(json.settings).toEqual({ api_key: "abcdef123", log_level: "info", logs_config: { batch_wait: 2.5 } });
    expect(json.sources["logs_config.batch_wait"]).toBe("file");
  });

  it("prints layers by source, and narrows to sources and prefixes", async () => {
    const { connection } = await bench.startAgent();
    await bench.run("set", "log_level", "debug", "--source", "cli", "--data-dir", bench.dataDir);
    const layers = JSON.parse((await bench.run("dump", "--by-source", "--json", ...connection)).out);
    expect(layers.layers.cli).toEqual({ log_level: "debug" });
    expect(layers.layers.file).toMatchObject({ api_key: "********", "logs_config.batch_wait": 2.5 });
    expect(Object.keys(layers.layers)).toEqual(["cli", "file"]);
    const text = await bench.run("dump", "--by-source", "--source", "cli", ...connection);
    expect(text.out.split("\n").slice(1)).toEqual(["cli:", '  log_level: "debug"  # cli', ""]);
    const some = await bench.run("dump", "--prefix", "logs_", ...connection);
    expect(some.out.split("\n").slice(1)).toEqual(["logs_config.batch_wait: 2.5  # file", ""]);
  });
});

describe("configstream explain", () => {
  it("tells value, winner, layers and sequence ids, and near names of a missing key", async () => {
    const { connection } = await bench.startAgent();
    await bench.run("set", "log_level", "debug", "--data-dir", bench.dataDir);
    const text = await bench.run("explain", "log_level", ...connection);
    expect(text.out).toMatch(
      /^log_level: "debug" {2}\(agent-runtime, arrived with sequence id 1; the newest state is 1\)\n/,
    );
    expect(text.out).toContain('  ● agent-runtime  "debug"  wins\n');
    const json = JSON.parse((await bench.run("explain", "API_KEY", "--json", ...connection)).out);
    expect(json).toMatchObject({ key: "api_key", value: "********", source: "file", sequenceId: 1 });
    expect(json.layers).toEqual([{ source: "file", value: "********" }]);
    expect(json.lowerLayers).toBe("possibly old");
    expect((await bench.run("explain", "api_key", ...connection)).out).toContain("was sent once");
    const missing = await bench.run("explain", "log.level", ...connection);
    expect(missing).toMatchObject({ code: 1, out: "" });
    expect(missing.err).toContain('Did you mean "log_level"?');
  });
});

describe("configstream explain, after a layer below the winning one changed", () => {
  it("shows every layer as it is at its start, says that it may be old, and shows the newest one once that wins", async () => {
    const { agent, connection } = await bench.startAgent();
    const at = ["--data-dir", bench.dataDir];
    await bench.run("set", "log_level", "debug", ...at);
    writeFileSync(bench.yamlFile, "log_level: warn\nextra: 1\n");
    await agent.says("Changed: api_key, extra", "err");
    const above = JSON.parse((await bench.run("explain", "log_level", "--json", ...connection)).out);
    expect(above).toMatchObject({ value: "debug", source: "agent-runtime" });
    expect(above.lowerLayers).toBe("possibly old");
    expect(above.layers.slice(0, 2)).toEqual([
      { source: "agent-runtime", value: "debug" },
      { source: "file", value: "warn" },
    ]);
    await bench.run("unset", "log_level", ...at);
    const below = JSON.parse((await bench.run("explain", "log_level", "--json", ...connection)).out);
    expect(below).toMatchObject({ value: "warn", source: "file" });
  });
});

describe("configstream status", () => {
  it("tells how connecting went and what the core agent has, and ends with 0", async () => {
    const { connection, port } = await bench.startAgent();
    const { code, out, err } = await bench.run("status", ...connection);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^state +● live\n/);
    expect(out).toContain(`core agent   127.0.0.1:${port} (--address)`);
    expect(out).toMatch(/settings +3 settings: file 3\n/);
    const json = JSON.parse((await bench.run("status", "--json", ...connection)).out);
    expect(json).toMatchObject({ state: "live", settings: 3, sources: { file: 3 }, problem: null, sequenceId: 0 });
  });

  it("tells what is in the way, and ends with 1", async () => {
    const { agent, connection } = await bench.startAgent();
    agent.kill("SIGTERM");
    await agent.ended;
    const { code, out, err } = await bench.run("status", "--json", "--timeout", "1", ...connection);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ state: "failed", settings: 0, readyMs: null });
    expect(JSON.parse(out).problem).toContain("Nothing accepts connections at");
    expectOneLine(err);
  });
});

describe("commands that connect, with something wrong", () => {
  it("say in one line that nothing listens at the address", async () => {
    const { agent, connection } = await bench.startAgent();
    agent.kill("SIGTERM");
    await agent.ended;
    const result = await bench.run("get", "a", ...connection, "--timeout", "1");
    expect(result.code).toBe(1);
    expectOneLine(result.err);
    expect(result.err).toContain("Nothing accepts connections at 127.0.0.1:");
  });

  it("say in one line that the token file is missing", async () => {
    const none = join(bench.directory, "none");
    const result = await bench.run("dump", "--data-dir", none, "--address", "127.0.0.1:1", "--timeout", "1");
    expect(result.code).toBe(1);
    expectOneLine(result.err);
    expect(result.err).toContain(`The token file ${join(none, "auth_token")} does not exist`);
  });

  it("end with 2 for wrong usage", async () => {
    const results = await Promise.all(
      [["get"], ["nothing"], ["get", "a", "--address", "x"], ["set", "a", "1", "--source", "wrong"]].map((args) =>
        bench.run(...args),
      ),
    );
    for (const { code, err } of results) {
      expect(code).toBe(2);
      expectOneLine(err);
    }
    expect((await bench.run("wacth")).err).toContain("Did you mean watch?");
  });
});
