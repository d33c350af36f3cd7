/** Runs the built command as a user would: real sockets, a folder of its own, and another process, or a thread that behaves like one. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, expect, vi } from "vitest";
import { CommandThread } from "./command-thread.js";

// Each test starts several processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 30_000 });

const main = fileURLToPath(new URL("../../../packages/configstream/dist/cli/main.js", import.meta.url));

/** What a command finds in its environment. */
function environment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...more };
}

/** A running command, with what it has said so far. */
export class Running {
  out = "";
  err = "";
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [main, ...args], {
      env: environment(env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
    });
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
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

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface StartedAgent {
  readonly agent: Running;
  /** Options that reach it. */
  readonly connection: readonly string[];
  readonly port: number;
}

/** A folder, and commands in it; all of them end with the test. To be made at the top of a test file. */
export class Bench {
  readonly #started: Running[] = [];
  readonly #thread = new CommandThread();
  directory = "";
  yamlFile = "";
  dataDir = "";

  constructor(yaml = "log_level: info\napi_key: abcdef123\nlogs_config:\n  batch_wait: 2.5\n") {
    beforeEach(() => {
      this.directory = mkdtempSync(join(tmpdir(), "configstream-cli-"));
      this.yamlFile = join(this.directory, "datadog.yaml");
      this.dataDir = join(this.directory, "agent");
      writeFileSync(this.yamlFile, yaml);
    });
    afterEach(async () => {
      for (const running of this.#started) running.kill("SIGKILL");
      await Promise.all(this.#started.splice(0).map(({ ended }) => ended));
      rmSync(this.directory, { recursive: true, force: true });
    });
    afterAll(() => this.#thread.stop());
  }

  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const running = new Running(args, env);
    this.#started.push(running);
    return running;
  }

  /** A command up to its end, where it makes no difference that it has no process of its own. */
  run(...args: readonly string[]): Promise<Ended> {
    return this.runWith({}, ...args);
  }

  runWith(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ended> {
    return this.#thread.run(args, environment(env));
  }

  /** A command up to its end, in a process of its own. */
  async runProcess(...args: readonly string[]): Promise<Ended> {
    const running = this.start(args);
    const code = await running.ended;
    return { code, out: running.out, err: running.err };
  }

  async startAgent(port = 0, ...more: readonly string[]): Promise<StartedAgent> {
    const { yamlFile, dataDir } = this;
    const address = `127.0.0.1:${port}`;
    const agent = this.start(["agent", "--config", yamlFile, "--data-dir", dataDir, "--address", address, ...more]);
    await agent.says(/Certificate file:.*\n/);
    const given = Number(/Core agent: +127\.0\.0\.1:(\d+)/.exec(agent.out)?.[1]);
    return { agent, port: given, connection: ["--data-dir", dataDir, "--address", `127.0.0.1:${given}`] };
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

export function expectOneLine(text: string): void {
  expect(text).toMatch(/^configstream: [^\n]+\n$/);
  expect(text).not.toMatch(/\bat .*:\d+:\d+/);
}

export function hasAnsi(text: string): boolean {
  return text.includes("\u001b");
}
