import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { type CoreAgent, createCoreAgent } from "configstream/core-agent";
import type { createConsumer } from "configstream-consumer";
import { describe, expect, it, onTestFinished } from "vitest";
import { providerService } from "../../../src/wire/service-names.js";
import { callProvider } from "../../support/agents/provider-client.js";
import { root } from "../../support/documents/documents.js";
import { environmentOf } from "../../support/documents/example-process.js";
import { keepingLogger, liveTest, until } from "../../support/engine/live-consumer.js";
import { planted, seenSoFar } from "../../support/secret-net/net.js";

const secret = planted("setting");
const live = liveTest({
  log_level: "info",
  api_key: secret,
  "my_agent.port": 8126,
  "my_agent.endpoint": `https://user:${secret}@example.test/`,
  "my_agent.additional_endpoints": { "https://example.test": [secret] },
  "my_agent.credentials.user": secret,
  "my_agent.tls": { certificate: `-----BEGIN EC PRIVATE KEY-----\n${secret}` },
});
const grpc = { resourceExhausted: 8, unavailable: 14, unauthenticated: 16 };
const status = [providerService.status, "GetStatusDetails"] as const;
const telemetry = [providerService.telemetry, "GetTelemetry"] as const;
const flare = [providerService.flare, "GetFlareFiles"] as const;
const list = [providerService.command, "ListCommands"] as const;
const execute = [providerService.command, "ExecuteCommand"] as const;

/** A core agent that remembers under which address each registration came. */
async function startAgent(): Promise<CoreAgent> {
  return await live.startAgent({ sessionIdleTimeoutMs: 2_000, recommendedRefreshIntervalSecs: 1 });
}

async function serving(agent: CoreAgent, options: Parameters<typeof createConsumer>[0] | object = { serve: true }) {
  const consumer = live.newConsumer(agent, options);
  await consumer.start();
  await consumer.waitReady();
  return consumer;
}

async function nextWorker(): Promise<Worker> {
  const [worker] = (await once(process as unknown as NodeJS.EventEmitter, "worker")) as [Worker];
  return worker;
}

/** Where the only client of an agent can be reached; only these tests look that deep. */
async function addressOf(agent: CoreAgent, logged: readonly string[]): Promise<string> {
  expect(await agent.clients()).toHaveLength(1);
  const found = logged.map((line) => / serves at "(\S+)"\.$/.exec(line)?.[1]).findLast((uri) => uri !== undefined);
  return found ?? "";
}

describe("a consumer with the option serve", () => {
  it("answers with status, metrics, files and commands, its session in the metadata", async () => {
    const lines: string[] = [];
    const agent = await live.startAgent({ log: (_level, line) => void lines.push(line) });
    const consumer = await serving(agent);
    const uri = await addressOf(agent, lines);
    expect(uri).toMatch(/^https:\/\/(127\.0\.0\.1|localhost):\d+$/);

    const details = await callProvider(live.folder, uri, status);
    expect(details.error).toBeUndefined();
    expect(details.session).toMatch(/^[0-9a-f-]{36}$/);
    expect(details.answers[0]).toMatchObject({
      main_section: {
        fields: { state: "live", ready: "true", sequence_id: "0", settings: "7", held: "0", client_name: "test-agent" },
      },
      named_sections: { Stream: { fields: { step: "done" } }, Process: { fields: { pid: String(process.pid) } } },
    });

    const { answers } = await callProvider(live.folder, uri, telemetry);
    const text = (answers[0] as { prom_text: string }).prom_text;
    const steady = (metrics: string) =>
      metrics.split("\n").filter((line) => !/age_seconds\{|region_bytes\{/.test(line));
    expect(steady(text)).toEqual(steady(await consumer.metrics.metrics()));

    const flared = await callProvider(live.folder, uri, flare);
    const { files } = flared.answers[0] as { files: { [name: string]: Buffer } };
    expect(Object.keys(files).sort()).toEqual(["held.txt", "log.txt", "settings.txt", "status.txt"]);
    expect(String(files["settings.txt"])).toContain("my_agent.port: 8126 (default)\n");
    expect(String(files["settings.txt"])).toContain('api_key: "********" (default)\n');
    expect(String(files["status.txt"])).toContain("state: live\n");

    const listed = await callProvider(live.folder, uri, list);
    expect(listed.answers[0]).toMatchObject({
      providers: [
        {
          name: "test-agent",
          commands: [{ name: "explain" }, { name: "status" }, { name: "held" }, { name: "doctor" }, { name: "judge" }],
        },
      ],
    });

    const explained = await callProvider(live.folder, uri, execute, {
      provider_name: "test-agent",
      command_path: ["explain"],
      arguments: { fields: { key: { string_value: "LOG_LEVEL" } } },
    });
    expect(explained.answers).toEqual([
      { stdout: expect.stringMatching(/^log_level: "info"\nSource default; arrived with sequence id 0/) },
      { exit_code: 0 },
    ]);
    expect(explained.session).toBe(details.session);
    expect(seenSoFar().get("provider")).toBeGreaterThan(4);
  });

  it("masks what looks like a credential in every answer, and says so under every name that explain is asked", async () => {
    const agent = await startAgent();
    const consumer = await serving(agent);
    agent.set("my_agent.password", secret, "cli");
    agent.set("my_agent.harmless_name", secret, "secret");
    await until(() => consumer.reader().isSet("my_agent.harmless_name"));
    const keys = [...agent.settings().keys()];
    for (const key of keys) {
      const { stdout, exitCode } = await agent.command("test-agent", ["explain"], { key });
      expect(exitCode, key).toBe(0);
      if (!/log_level|port/.test(key)) expect(stdout, key).toContain("****");
    }
    const files = await agent.flare("test-agent");
    expect(
      Buffer.from(files.get("settings.txt") ?? [])
        .toString()
        .match(/\*{8}/g),
    ).toHaveLength(7);
    for (const command of ["status", "held", "doctor"]) {
      expect(await agent.command("test-agent", [command])).toMatchObject({ exitCode: 0, stderr: "" });
    }
  });

  it("refuses whoever lacks the token or the certificate, and shows them no session", async () => {
    const lines: string[] = [];
    const agent = await live.startAgent({ log: (_level, line) => void lines.push(line) });
    await serving(agent);
    const uri = await addressOf(agent, lines);
    for (const token of [undefined, "", planted("guess")]) {
      const { error, session, answers } = await callProvider(live.folder, uri, status, {}, { token });
      expect(error?.code).toBe(grpc.unauthenticated);
      expect([session, answers]).toEqual([undefined, []]);
    }
    const stranger = createCoreAgent({ address: "127.0.0.1:0", env: false });
    await stranger.start();
    onTestFinished(() => stranger.stop());
    const certificate = join(stranger.authTokenFile, "..");
    const { error } = await callProvider(live.folder, uri, status, {}, { certificate });
    expect(error?.code).toBe(grpc.unavailable);
  });

  it("refuses calls beyond the limit on their rate, and answers again later", async () => {
    const lines: string[] = [];
    const agent = await live.startAgent({ log: (_level, line) => void lines.push(line) });
    await serving(agent, { serve: { maxCallsPerSecond: 2 } });
    const uri = await addressOf(agent, lines);
    const answers = await Promise.all(Array.from({ length: 8 }, () => callProvider(live.folder, uri, execute)));
    const refused = answers.filter(({ error }) => error !== undefined);
    expect(refused.length).toBeGreaterThan(3);
    for (const { error } of refused) {
      expect(error?.code).toBe(grpc.resourceExhausted);
      expect(error?.details).toContain("serve.maxCallsPerSecond");
    }
    await until(async () => (await callProvider(live.folder, uri, status)).error === undefined);
  });

  it("refuses an answer and a request that are too large, and lists of the settings in a flare as many as fit", async () => {
    const lines: string[] = [];
    const agent = await live.startAgent({ log: (_level, line) => void lines.push(line) });
    const consumer = await serving(agent, { serve: { maxAnswerBytes: 1024 * 1024 } });
    for (let i = 0; i < 3; i++) agent.set(`my_agent.bulk.${i}`, "x".repeat(400 * 1024));
    agent.set("my_agent.huge", "y".repeat(1024 * 1024));
    await until(() => consumer.reader().isSet("my_agent.huge"));
    const files = await agent.flare("test-agent");
    expect(Buffer.from(files.get("settings.txt") ?? []).toString()).toMatch(
      /\n# \d+ of 11 settings were left out: .*\n$/,
    );
    await expect(agent.command("test-agent", ["explain"], { key: "my_agent.huge" })).rejects.toThrow(
      /RESOURCE_EXHAUSTED.*serve\.maxAnswerBytes/,
    );
    await expect(agent.command("test-agent", ["explain"], { key: "k".repeat(100_000) })).rejects.toThrow(
      /RESOURCE_EXHAUSTED/,
    );
    expect(await agent.command("test-agent", ["explain"], { key: "k".repeat(2_000) })).toMatchObject({ exitCode: 1 });
  });

  it("says what is wrong with a command: of another name, without its key, and for a key that is not there", async () => {
    const agent = await startAgent();
    await serving(agent);
    const run = (path: string[], given = {}) => agent.command("test-agent", path, given);
    expect(await run([])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Known: explain, status") });
    expect(await run(["explian"])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('"explain"?') });
    expect(await run(["explain"])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('argument "key"') });
    expect(await run(["explain", "log_level"])).toMatchObject({ exitCode: 0 });
    expect(await run(["explain"], { key: "log_levle" })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('"log_level"?'),
    });
    expect(await run(["explain"], { key: "my_agent" })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("section with 5 settings"),
    });
  });

  it("serves on a Unix socket of this user alone, over one that a killed process left behind", async () => {
    const path = join(live.folder, "consumer.sock");
    const agent = await startAgent();
    const consumer = await serving(agent, { serve: { address: `unix://${path}` } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await agent.clients()).toMatchObject([{ state: "synced" }]);
    await consumer.stop();
    await expect(stat(path)).rejects.toThrow("ENOENT");
    const killed = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", killed]);
    expect((await stat(path)).isSocket()).toBe(true);
    const next = await serving(agent, { serve: { address: `unix://${path}` }, clientName: "next" });
    await until(async () =>
      (await agent.clients()).some(({ flavor, state }) => flavor === "next" && state === "synced"),
    );
    await next.stop();
  });

  it("goes on as one that serves nothing when its address is taken, says so once, and serves when it is free", async () => {
    const path = join(live.folder, "taken.sock");
    await writeFile(path, "");
    const agent = await startAgent();
    const logger = keepingLogger();
    const consumer = live.newConsumer(agent, { serve: { address: `unix://${path}` }, logger });
    await consumer.start();
    await consumer.waitReady();
    expect(await agent.clients()).toMatchObject([
      { state: "silent", services: [], reason: "It serves no status; the newest state was sent to it." },
    ]);
    const warnings = () => logger.lines.filter(({ message }) => message.includes('"serve"'));
    await until(() => warnings().length > 0);
    agent.faults.closeStreams(grpc.unavailable);
    await until(() => consumer.status().state === "live");
    expect(warnings()).toHaveLength(1);
    await rm(path);
    agent.faults.closeStreams(grpc.unavailable);
    await until(async () => (await agent.clients())[0]?.state === "synced");
    expect(await agent.clients()).toHaveLength(1);
  });

  it("takes over new credentials at the same address", async () => {
    const agent = await startAgent();
    const consumer = await serving(agent);
    expect(await agent.clients()).toMatchObject([{ state: "synced" }]);
    await agent.stop();
    await rm(join(live.folder, "auth_token"));
    await rm(join(live.folder, "ipc_cert.pem"));
    const renewed = await live.startAgent({ address: agent.address });
    await until(() => consumer.status().state === "live");
    await until(async () => (await renewed.clients())[0]?.state === "synced");
  });

  it("is registered and answers again after the loss of its session, and after the death of its worker", async () => {
    const agent = await startAgent();
    const worker = nextWorker();
    const consumer = await serving(agent);
    const [first] = await agent.clients();
    expect(first).toMatchObject({ name: "test-agent", pid: String(process.pid), state: "synced", behind: 0, held: 0 });
    agent.faults.evictSessions();
    await until(async () => (await agent.clients())[0]?.state === "synced");
    agent.set("log_level", "debug");
    await until(async () => (await agent.clients())[0]?.state === "synced");

    const lives = () => consumer.status().workerRestarts;
    await (await worker).terminate();
    await until(() => lives() === 1);
    agent.set("log_level", "warn");
    await until(async () => {
      const clients = await agent.clients();
      return clients.length === 1 && clients[0]?.state === "synced";
    });
    const { stdout } = await agent.command("test-agent", ["explain"], { key: "log_level" });
    expect(stdout).toMatch(/^log_level: "warn"/);
  });

  it("answers while its application's thread is blocked for good, and is silent once its process was killed", async () => {
    const agent = await startAgent();
    const program = `
      import { createConsumer } from "configstream-consumer";
      const consumer = createConsumer({ clientName: "blocked", serve: true });
      await consumer.start();
      await consumer.waitReady({ timeoutMs: 30_000 });
      process.send("blocked", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      cwd: root,
      env: { ...process.env, ...environmentOf(agent) },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "message");
    agent.set("log_level", "debug");
    await until(async () => (await agent.clients())[0]?.sequenceId === 1);
    expect((await agent.command("blocked", ["explain"], { key: "log_level" })).stdout).toMatch(/^log_level: "debug"/);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await agent.clients()).toMatchObject([{ flavor: "blocked", state: "silent" }]);
    await until(async () => (await agent.clients()).length === 0);
  });

  it("frees its address and leaves no connection behind when it stops", async () => {
    const lines: string[] = [];
    const agent = await live.startAgent({ log: (_level, line) => void lines.push(line) });
    const consumer = await serving(agent);
    const port = Number((await addressOf(agent, lines)).split(":").at(-1));
    await consumer.stop();
    const refused = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(undefined));
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(refused).toBe("ECONNREFUSED");
  });
});
