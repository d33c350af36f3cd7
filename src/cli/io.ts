/** What a command sees of the process around it. Everything that touches `process` stands here and in main.ts. */
import { Interrupted } from "./exit.js";

/** One of the two output streams. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width in columns; 80 when it is not known. */
  readonly columns: number;
  /** Height in rows; 24 when it is not known. */
  readonly rows: number;
  /** Calls back when the size has changed, until the returned function is called. */
  onResize(listener: () => void): () => void;
}

/** The keys of a terminal, one by one. */
export interface Keyboard {
  readonly isTerminal: boolean;
  /** Hands out each key as it is pressed, Ctrl-C included, until the returned function is called. */
  listen(onKey: (key: string) => void): () => void;
}

export interface Io {
  readonly out: Output;
  readonly err: Output;
  readonly keyboard: Keyboard;
  readonly env: { readonly [name: string]: string | undefined };
  /** Aborted with {@link Interrupted} when the user asks to stop, or when nobody reads the output any more. */
  readonly interrupt: AbortSignal;
}

/** Exit codes that shells give to a process which a signal ended. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** How long an orderly end may take after a signal. */
const orderlyEndMs = 8_000;

/** The real process. */
export function processIo(): Io {
  const controller = new AbortController();
  for (const [signal, exitCode] of Object.entries(signals)) {
    process.on(signal, () => {
      // The second time, whoever asks has lost patience with an orderly end.
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(new Interrupted(exitCode));
      // A step that does not heed the request must not hold up whoever waits for the end.
      setTimeout(() => process.exit(exitCode), orderlyEndMs).unref();
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // `| head` has read enough (EPIPE), or the terminal is gone (EIO): no failure, but nothing is left to do.
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
      controller.abort(new Interrupted(0));
    });
  }
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    keyboard: keyboardOf(process.stdin),
    env: process.env,
    interrupt: controller.signal,
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      if (stream.writable) stream.write(text);
    },
    get isTerminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    onResize(listener) {
      stream.on("resize", listener);
      return () => stream.off("resize", listener);
    },
  };
}

function keyboardOf(stdin: NodeJS.ReadStream): Keyboard {
  return {
    isTerminal: stdin.isTTY === true,
    listen(onKey) {
      const onData = (data: Buffer): void => onKey(data.toString());
      // Also when the process ends in an unforeseen way, the terminal must be usable afterwards.
      const restore = (): void => void stdin.setRawMode(false);
      process.once("exit", restore);
      stdin.setRawMode(true);
      stdin.on("data", onData);
      stdin.resume();
      return () => {
        process.off("exit", restore);
        stdin.off("data", onData);
        restore();
        stdin.pause();
      };
    },
  };
}

/** Resolves when the user asks to stop. */
export function interrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
