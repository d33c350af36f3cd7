// The consumer written in Go, as a process that answers each line with its state.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

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
