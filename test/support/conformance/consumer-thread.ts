/** Small consumers in a thread that stays, because a process for each takes several times as long. */
import { EventEmitter } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { Worker } from "node:worker_threads";
import type { SubjectProcess } from "../../../packages/configstream/src/conformance/subject/process.js";
import { saw } from "../secret-net/net.js";

interface Said {
  readonly id: number;
  /** None: it has ended. */
  readonly stream?: "stdout" | "stderr";
  readonly text: string;
}

/** As much of a process as the judge sees. */
class ThreadConsumer extends EventEmitter implements SubjectProcess {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly stdin: Writable;

  constructor(send: (text?: string) => void) {
    super();
    this.stdin = new Writable({
      write: (chunk, _encoding, done) => {
        send(String(chunk));
        done();
      },
      final: (done) => {
        send();
        done();
      },
    });
  }

  end(): void {
    this.#close(null, "SIGKILL");
  }

  take({ stream, text }: Said): void {
    if (stream !== undefined) {
      saw("output", text);
      this[stream].write(text);
      return;
    }
    this.#close(0, null);
  }

  #close(code: number | null, signal: NodeJS.Signals | null): void {
    this.stdout.end();
    this.stderr.end();
    this.emit("close", code, signal);
  }
}

export class ConsumerThread {
  readonly #worker = new Worker(new URL("./consumer-thread.mjs", import.meta.url));
  readonly #running = new Map<number, ThreadConsumer>();
  #last = 0;

  constructor() {
    this.#worker.on("message", (said: Said) => {
      this.#running.get(said.id)?.take(said);
      if (said.stream === undefined) this.#running.delete(said.id);
    });
  }

  /** Starts one that makes a mistake; in the place of `spawn`. */
  start(fault: string | undefined, env: NodeJS.ProcessEnv): SubjectProcess {
    const id = ++this.#last;
    const consumer = new ThreadConsumer((text) => this.#worker.postMessage({ id, text }));
    this.#running.set(id, consumer);
    this.#worker.postMessage({ id, fault, env: { ...env } });
    return consumer;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
