/** Commands in a thread that stays, because a process for each takes several times as long. */
import { Worker } from "node:worker_threads";
import { saw } from "../secret-net/net.js";
import type { Ended } from "./cli.js";

export class CommandThread {
  readonly #waiting = new Map<number, { resolve: (ended: Ended) => void; reject: (error: unknown) => void }>();
  #thread: Worker | undefined;
  #last = 0;

  /** Runs one command; standard input and both outputs are no terminals. */
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
    this.#thread ??= this.#start();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread?.postMessage({ id, args, env });
    });
  }

  async stop(): Promise<void> {
    await this.#thread?.terminate();
    this.#thread = undefined;
  }

  #start(): Worker {
    const thread = new Worker(new URL("./command-thread.mjs", import.meta.url));
    thread.on("message", ({ id, ended }: { id: number; ended: Ended }) => {
      saw("output", ended.out);
      saw("output", ended.err);
      this.#waiting.get(id)?.resolve(ended);
      this.#waiting.delete(id);
    });
    thread.once("error", (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
      this.#thread = undefined;
    });
    return thread;
  }
}
