/** Runs the built command as a user would: real sockets, a folder of its own, and another process, or a thread that behaves like one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { startInThread, type ThreadCommand } from "./command-thread.js";
import { ProcessCommand, type Running } from "./running.js";

/** What a command finds in its environment. */
function environment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...more };
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
  readonly #processes: ProcessCommand[] = [];
  readonly #threadCommands: ThreadCommand[] = [];
  directory = "";
  yamlFile = "";
  dataDir = "";

  constructor(yaml = "log_level: info\napi_key: abcdef123\nlogs_config:\n  batch_wait: 2.5\n") {
    // Each test starts several processes, one after the other, on a machine that may be busy.
    vi.setConfig({ testTimeout: 90_000, hookTimeout: 30_000 });
    beforeEach(() => {
      this.directory = mkdtempSync(join(tmpdir(), "configstream-cli-"));
      this.yamlFile = join(this.directory, "datadog.yaml");
      this.dataDir = join(this.directory, "agent");
      writeFileSync(this.yamlFile, yaml);
    });
    afterEach(async () => {
      for (const command of this.#processes) command.kill("SIGKILL");
      for (const command of this.#threadCommands) command.kill("SIGTERM");
      const started = [...this.#processes.splice(0), ...this.#threadCommands.splice(0)];
      await Promise.all(started.map(({ ended }) => ended));
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  /** A command that goes on, where it makes no difference that it has no process of its own. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ThreadCommand {
    const command = startInThread(args, environment(env));
    this.#threadCommands.push(command);
    return command;
  }

  /** A command in a process of its own. */
  startProcess(args: readonly string[], env: NodeJS.ProcessEnv = {}): ProcessCommand {
    const command = new ProcessCommand(args, environment(env));
    this.#processes.push(command);
    return command;
  }

  /** A command up to its end, where it makes no difference that it has no process of its own. */
  run(...args: readonly string[]): Promise<Ended> {
    return this.runWith({}, ...args);
  }

  runWith(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ended> {
    return ended(this.start(args, env));
  }

  /** A command up to its end, in a process of its own. */
  runProcess(...args: readonly string[]): Promise<Ended> {
    return ended(this.startProcess(args));
  }

  startAgent(port = 0, ...more: readonly string[]): Promise<StartedAgent> {
    return this.#started(this.start(this.#agentArgs(port, more)));
  }

  /** One that can be killed. */
  startAgentProcess(port = 0): Promise<StartedAgent> {
    return this.#started(this.startProcess(this.#agentArgs(port)));
  }

  #agentArgs(port: number, more: readonly string[] = []): readonly string[] {
    const address = `127.0.0.1:${port}`;
    return ["agent", "--config", this.yamlFile, "--data-dir", this.dataDir, "--address", address, ...more];
  }

  async #started(agent: Running): Promise<StartedAgent> {
    await agent.says(/Certificate file:.*\n/);
    const given = Number(/Core agent: +127\.0\.0\.1:(\d+)/.exec(agent.out)?.[1]);
    return { agent, port: given, connection: ["--data-dir", this.dataDir, "--address", `127.0.0.1:${given}`] };
  }
}

async function ended(command: Running): Promise<Ended> {
  const code = await command.ended;
  return { code, out: command.out, err: command.err };
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
