/** Commands that run, with what they have said so far. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const main = fileURLToPath(new URL("../../../packages/configstream/dist/cli/main.js", import.meta.url));

export abstract class Running {
  out = "";
  err = "";
  /** The exit code. */
  abstract readonly ended: Promise<number | null>;

  abstract kill(signal: NodeJS.Signals): void;

  /** Waits until a stream of the command holds a text. */
  async says(text: string | RegExp, stream: "out" | "err" = "out"): Promise<void> {
    await expect.poll(() => this[stream], { timeout: 15_000, interval: 20 }).toMatch(text);
  }
}

/** In a process of its own. */
export class ProcessCommand extends Running {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    super();
    this.#child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
    });
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  override kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  closeOutput(): void {
    this.#child.stdout?.destroy();
  }
}
