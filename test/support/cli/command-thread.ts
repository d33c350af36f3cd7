/** Commands in a thread that stays, because a process for each takes several times as long. */
import { Worker } from "node:worker_threads";
import { saw } from "../secret-net/net.js";
import { Running } from "./running.js";

type Said =
  | { readonly id: number; readonly stream: "out" | "err"; readonly text: string }
  | { readonly id: number; readonly code: number };

/** What a shell gives as exit code of a process that the signal ended. */
const exitCodes: { readonly [signal: string]: number } = { SIGINT: 130, SIGTERM: 143 };

/** A command in the thread. */
export class ThreadCommand extends Running {
  readonly ended: Promise<number | null>;
  readonly #interrupt: (exitCode: number) => void;
  #end: (code: number) => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(interrupt: (exitCode: number) => void) {
    super();
    this.#interrupt = interrupt;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    // Whoever waits for the end sees it; what a command says is looked at as well by those who do not.
    this.ended.catch(() => {});
  }

  /** As the signals by which users end commands; a thread cannot be killed without its other commands. */
  override kill(signal: "SIGINT" | "SIGTERM"): void {
    this.#interrupt(exitCodes[signal] as number);
  }

  take(said: Said): void {
    if ("code" in said) this.#end(said.code);
    else {
      saw("output", said.text);
      this[said.stream] += said.text;
    }
  }

  fail(error: unknown): void {
    this.#fail(error);
  }
}

const running = new Map<number, ThreadCommand>();
let thread: Worker | undefined;
let last = 0;

/** Starts a command; standard input and both outputs are no terminals. */
export function startInThread(args: readonly string[], env: NodeJS.ProcessEnv): ThreadCommand {
  thread ??= startThread();
  const to = thread;
  const id = ++last;
  const command = new ThreadCommand((interrupt) => to.postMessage({ id, interrupt }));
  running.set(id, command);
  to.postMessage({ id, args, env });
  return command;
}

/** One for all test files of this process. */
function startThread(): Worker {
  const started = new Worker(new URL("./command-thread.mjs", import.meta.url));
  started.unref();
  started.on("message", (said: Said) => {
    const command = running.get(said.id);
    if ("code" in said) running.delete(said.id);
    command?.take(said);
  });
  started.once("error", (error) => {
    for (const command of running.values()) command.fail(error);
    running.clear();
    thread = undefined;
  });
  return started;
}
