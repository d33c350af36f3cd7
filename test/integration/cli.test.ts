import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const main = join(root, "dist/cli/main.js");
const hasAnsi = (text: string) => text.includes("\u001b");

/** A running command, with what it has said so far. */
class Running {
  out = "";
  err = "";
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [main, ...args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
    });
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
    started.push(this);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  /** Waits until a stream of the command holds a text. */
  async says(text: string | RegExp, stream: "out" | "err" = "out"): Promise<void> {
    await expect.poll(() => this[stream], { timeout: 15_000, interval: 20 }).toMatch(text);
  }
}

const started: Running[] = [];
let directory = "";
let yamlFile = "";
let dataDir = "";

beforeAll(() => {
  expect(spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" }).status).toBe(0);
}, 120_000);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "configstream-cli-"));
  yamlFile = join(directory, "datadog.yaml");
  dataDir = join(directory, "agent");
  writeFileSync(yamlFile, "log_level: info\napi_key: abcdef123\nlogs_config:\n  batch_wait: 2.5\n");
});

afterEach(async () => {
  for (const running of started) running.kill("SIGKILL");
  await Promise.all(started.splice(0).map(({ ended }) => ended));
  rmSync(directory, { recursive: true, force: true });
});

async function run(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const running = new Running(args);
  const code = await running.ended;
  return { code, out: running.out, err: running.err };
}

async function startAgent(port = 0): Promise<{ agent: Running; connection: readonly string[]; port: number }> {
  const agent = new Running(["agent", "--config", yamlFile, "--data-dir", dataDir, "--address", `127.0.0.1:${port}`]);
  await agent.says(/Certificate file:.*\n/);
  const given = Number(/Core agent: +127\.0\.0\.1:(\d+)/.exec(agent.out)?.[1]);
  return { agent, port: given, connection: ["--data-dir", dataDir, "--address", `127.0.0.1:${given}`] };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function expectOneLine(text: string): void {
  expect(text).toMatch(/^configstream: [^\n]+\n$/);
  expect(text).not.toMatch(/\bat .*:\d+:\d+/);
}

describe("configstream agent and watch", () => {
  it("shows an edit of the YAML file in another process", async () => {
    const { agent, connection } = await startAgent();
    const watch = new Running(["watch", ...connection]);
    await watch.says("connected: Watching", "err");
    writeFileSync(yamlFile, "log_level: debug\napi_key: other456\nlogs_config:\n  batch_wait: 2.5\n");
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
    const { connection } = await startAgent();
    const watch = new Running(["watch", "--json", "--prefix", "logs_config.", ...connection]);
    await watch.says('"event":"connected"', "err");
    writeFileSync(yamlFile, "log_level: debug\nlogs_config:\n  batch_wait: 4\n");
    await watch.says("\n");
    const lines = watch.out.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ key: "logs_config.batch_wait", oldValue: 2.5, newValue: 4, source: "file" }),
    ]);
  });

  it("tells of an outage and of the recovery when the agent is killed and started again", async () => {
    const first = await startAgent();
    const watch = new Running(["watch", "--key", "log_level", ...first.connection]);
    await watch.says("connected", "err");
    first.agent.kill("SIGKILL");
    await watch.says(/outage: The last settings stay readable\. \S+/, "err");
    writeFileSync(yamlFile, "log_level: warn\n");
    await startAgent(first.port);
    await watch.says(/recovery: Updates flow again, after \d/, "err");
    await watch.says(/log_level: "info" → "warn"/);
  });

  it("gives address and paths as shell assignments, never contents", async () => {
    const args = ["agent", "--config", yamlFile, "--data-dir", dataDir, "--address", "127.0.0.1:0", "--print-paths"];
    const agent = new Running(args);
    await agent.says("DD_IPC_CERT_FILE_PATH");
    expect(agent.out).toMatch(/^export DD_CMD_HOST='127\.0\.0\.1'\nexport DD_CMD_PORT='\d+'\n/);
    expect(agent.out).toContain(`export DD_AUTH_TOKEN_FILE_PATH='${join(dataDir, "auth_token")}'`);
    expect(agent.out).not.toContain("BEGIN");
  });
});

describe("configstream get and dump", () => {
  it("prints a value, and tells of a missing key with the names that are close", async () => {
    const { connection } = await startAgent();
    expect(await run("get", "LOGS_config.batch_wait", ...connection)).toEqual({ code: 0, out: "2.5\n", err: "" });
    const json = await run("get", "log_level", "--json", ...connection);
    expect(JSON.parse(json.out)).toEqual({ key: "log_level", value: "info", source: "file", sequenceId: 0 });
    const missing = await run("get", "log_levle", ...connection);
    expect(missing).toMatchObject({ code: 1, out: "" });
    expectOneLine(missing.err);
    expect(missing.err).toContain('Did you mean "log_level"?');
    expect((await run("get", "logs_config", ...connection)).err).toContain("is a section");
    expect((await run("get", "api_key", ...connection)).out).toBe("********\n");
    expect((await run("get", "api_key", "--show-secrets", ...connection)).out).toBe("abcdef123\n");
  });

  it("prints all settings with sources in every form, credentials masked", async () => {
    const { connection } = await startAgent();
    const flat = await run("dump", ...connection);
    expect(flat.out.split("\n").slice(1)).toEqual([
      'api_key: "********"  # file',
      'log_level: "info"  # file',
      "logs_config.batch_wait: 2.5  # file",
      "",
    ]);
    expect((await run("dump", "--nested", ...connection)).out).toContain("logs_config:\n  batch_wait: 2.5  # file\n");
    const json = JSON.parse((await run("dump", "--json", "--nested", "--show-secrets", ...connection)).out);
    expect(json.settings).toEqual({ api_key: "abcdef123", log_level: "info", logs_config: { batch_wait: 2.5 } });
    expect(json.sources["logs_config.batch_wait"]).toBe("file");
  });

  it("takes address and files from the environment", async () => {
    const { port } = await startAgent();
    const get = new Running(["get", "log_level"], {
      DD_CMD_HOST: "127.0.0.1",
      DD_CMD_PORT: String(port),
      DD_AUTH_TOKEN_FILE_PATH: join(dataDir, "auth_token"),
      DD_IPC_CERT_FILE_PATH: join(dataDir, "ipc_cert.pem"),
    });
    expect(await get.ended).toBe(0);
    expect(get.out).toBe("info\n");
  });

  it("ends quietly when nobody reads its output any more", async () => {
    const { connection } = await startAgent();
    const watch = new Running(["watch", ...connection]);
    await watch.says("connected", "err");
    watch.closeOutput();
    writeFileSync(yamlFile, "log_level: debug\n");
    expect(await watch.ended).toBe(0);
    expect(watch.err).not.toMatch(/EPIPE|Unexpected/);
  });
});

describe("configstream with something wrong", () => {
  it("says in one line that nothing listens at the address", async () => {
    const { agent, connection } = await startAgent();
    agent.kill("SIGTERM");
    await agent.ended;
    const result = await run("get", "a", ...connection, "--timeout", "1");
    expect(result.code).toBe(1);
    expectOneLine(result.err);
    expect(result.err).toContain("Nothing accepts connections at 127.0.0.1:");
  });

  it("says in one line that the token file is missing", async () => {
    const result = await run(
      "dump",
      "--data-dir",
      join(directory, "none"),
      "--address",
      "127.0.0.1:1",
      "--timeout",
      "1",
    );
    expect(result.code).toBe(1);
    expectOneLine(result.err);
    expect(result.err).toContain(`The token file ${join(directory, "none", "auth_token")} does not exist`);
  });

  it("says in one line that the certificate belongs to another core agent", async () => {
    const { connection } = await startAgent();
    const other = join(directory, "other");
    const foreign = new Running(["agent", "--config", yamlFile, "--data-dir", other, "--address", "127.0.0.1:0"]);
    await foreign.says("Certificate file");
    const pem = join(other, "ipc_cert.pem");
    const result = await run("watch", ...connection, "--ipc-cert-file", pem, "--timeout", "2");
    expect(result.code).toBe(1);
    expectOneLine(result.err);
    expect(result.err).toContain(`showed another certificate than the one in ${pem}`);
  });

  it("says in one line where the YAML file is malformed", async () => {
    writeFileSync(yamlFile, "log_level: [unclosed\n");
    const result = await run("agent", "--config", yamlFile, "--data-dir", dataDir, "--address", "127.0.0.1:0");
    expect(result).toMatchObject({ code: 1, out: "" });
    expectOneLine(result.err);
    expect(result.err).toContain(`${yamlFile} is not valid at line `);
    expect(result.err).not.toContain("unclosed");
  });

  it("says in one line that the port is busy", async () => {
    const port = await freePort();
    await startAgent(port);
    const result = await run("agent", "--config", yamlFile, "--data-dir", dataDir, "--address", `127.0.0.1:${port}`);
    expect(result.code).toBe(1);
    expect(result.err.split("\n").filter((line) => line.startsWith("configstream: "))).toHaveLength(1);
    expect(result.err).toContain(`cannot listen on 127.0.0.1:${port}: another process listens there`);
  });

  it("ends with 2 for wrong usage", async () => {
    const results = await Promise.all([run("get"), run("nothing"), run("get", "a"), run("get", "a", "--address", "x")]);
    for (const { code, err } of results) {
      expect(code).toBe(2);
      expectOneLine(err);
    }
  });

  it("documents options, exit codes and an example in the help of every command", async () => {
    for (const command of ["demo", "agent", "watch", "get", "dump"]) {
      const { code, out } = await run(command, "--help");
      expect(code).toBe(0);
      expect(out).toContain(`Example:\n  configstream ${command}`);
      expect(out).toContain("Exit codes: 0 done, 1 failed, 2 wrong usage.");
    }
    expect((await run("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("configstream demo without a terminal", () => {
  it("prints each step as a plain line, ends with 0, and leaves nothing behind", async () => {
    const temporary = join(directory, "tmp");
    mkdirSync(temporary);
    const demo = new Running(["demo"], { TMPDIR: temporary });
    expect(await demo.ended).toBe(0);
    const steps = demo.out.split("\n").filter((line) => line.startsWith("["));
    expect(steps).toEqual([
      expect.stringMatching(
        /^\[1\/7\] Core agent listens after .*: 2,\d\d\d settings, 127\.0\.0\.1:\d+, process \d+\.$/,
      ),
      expect.stringMatching(/^\[2\/7\] Consumer ready after /),
      expect.stringMatching(/^\[3\/7\] Live changes: (\d+) of \1 seen by subscription and by getter\.$/),
      expect.stringMatching(/^\[4\/7\] YAML edit: log_level is now "debug" \(source file\), readable after /),
      expect.stringMatching(
        /^\[5\/7\] Hot loop: .* reads\/s for .* without yielding; \d+ of \d+ changes seen meanwhile/,
      ),
      expect.stringMatching(/^\[6\/7\] Status: live, 2,\d\d\d settings/),
      expect.stringMatching(/^\[7\/7\] Stopped: /),
    ]);
    expect(hasAnsi(demo.out)).toBe(false);
    expect(demo.err).toBe("");
    expect(readdirSync(temporary)).toEqual([]);
    const pid = Number(/process (\d+)/.exec(demo.out)?.[1]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("ends with 1 and one sentence when the core agent dies on the way, and leaves nothing behind", async () => {
    const temporary = join(directory, "tmp");
    mkdirSync(temporary);
    const demo = new Running(["demo"], { TMPDIR: temporary });
    await demo.says("[2/7]");
    process.kill(Number(/process (\d+)/.exec(demo.out)?.[1]), "SIGKILL");
    expect(await demo.ended).toBe(1);
    expectOneLine(demo.err);
    expect(demo.err).toContain("The core agent's process ended.");
    expect(readdirSync(temporary)).toEqual([]);
  });
});
