// The consumer written in Go, as a process that answers each line with its state.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL(".", import.meta.url));

/** Compiles the consumer into a directory; gives the path of the program. */
export function buildConsumer(directory) {
  const binary = join(directory, "consumer");
  const run = spawnSync("go", ["build", "-o", binary, "."], {
    cwd: program,
    encoding: "utf8",
    env: { ...process.env, GOWORK: "off" },
  });
  if (run.error) throw new Error(`go could not be started: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`test/interop/mirror could not be built: ${run.stderr.trim()}`);
  return binary;
}

export class GoConsumer {
  #child;
  #answers;
  #stderr = "";

  /** `directory`: where the credentials are. `declared`: the keys that this process knows, with their defaults. */
  constructor(binary, directory, address, declared) {
    const args = [`-dir=${directory}`, `-address=${address}`, `-declared=${JSON.stringify(declared)}`];
    this.#child = spawn(binary, args, { stdio: ["pipe", "pipe", "pipe"], env: {} });
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#stderr += text;
    });
    this.#child.stdin.on("error", () => {});
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Sequence id and settings: key to value, source and layers. */
  async state() {
    this.#child.stdin.write("\n");
    const { done, value } = await this.#answers.next();
    if (done) throw new Error(`The consumer in Go is gone. ${this.#stderr.trim()}`);
    return JSON.parse(value);
  }

  async end() {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill();
    await exited;
  }
}
