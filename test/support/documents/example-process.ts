/** A program of examples/, running against a core agent. */
import { type ChildProcess, spawn } from "node:child_process";
import type { CoreAgent } from "configstream/core-agent";
import { root } from "./documents.js";

/** Environment that leads a consumer to the core agent. */
export function environmentOf(agent: CoreAgent): Record<string, string> {
  const [host, port] = agent.address.split(":") as [string, string];
  return {
    DD_CMD_HOST: host,
    DD_CMD_PORT: port,
    DD_AUTH_TOKEN_FILE_PATH: agent.authTokenFile,
    DD_IPC_CERT_FILE_PATH: agent.ipcCertFile,
  };
}

/** Starts `examples/<name>/main.mjs` on a free port. Disposing it ends it by force. */
export function startExample(name: string, agent: CoreAgent, env: Record<string, string> = {}): ExampleProcess {
  return new ExampleProcess(
    spawn(process.execPath, [`examples/${name}/main.mjs`], {
      cwd: root,
      env: { ...process.env, ...environmentOf(agent), PORT: "0", ...env },
    }),
  );
}

export class ExampleProcess implements Disposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<number | null>;
  output = "";
  errors = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.output += chunk;
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.errors += chunk;
    });
    this.#closed = new Promise((resolve) => child.on("close", resolve));
  }

  /** Waits until the output so far matches. Throws when the program ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      const ended = await Promise.race([this.#closed.then(() => true), pause(20).then(() => false)]);
      if (ended && pattern.exec(this.output) === null) {
        throw new Error(`It ended without saying ${pattern}:\n${this.output}${this.errors}`);
      }
    }
  }

  /** Asks it to end as an orchestrator does, and gives its exit code. */
  async end(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return await this.#closed;
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
