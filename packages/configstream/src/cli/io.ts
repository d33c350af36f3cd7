/** What a command sees of the process around it. Everything that touches `process` is here and in main.ts. */

import { systemConfigFile } from "configstream-consumer/internal";
import { Interrupted } from "./exit.js";

/** One of the two output streams. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width in columns; 80 when it is not known. */
  readonly columns: number;
}

/** Both ends of a terminal that can show a full screen. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

export interface Io {
  readonly out: Output;
  readonly err: Output;
  /** `undefined`: keys or output do not belong to a terminal, or to one with too few abilities. */
  readonly terminal: TerminalStreams | undefined;
  readonly env: { readonly [name: string]: string | undefined };
  /** Where the agent's `datadog.yaml` usually is. */
  readonly systemConfigFile: string;
  /** Aborted with {@link Interrupted} when the user asks to stop, or when the output is not read any more. */
  readonly interrupt: AbortSignal;
}

/** Exit codes that shells give to a process which a signal ended. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** How long an orderly end may take once it was asked for. */
const orderlyEndMs = 8_000;

/** The real process. */
export function processIo(): Io {
  const controller = new AbortController();
  const stop = (why: Interrupted): void => {
    controller.abort(why);
    // A step that ignores the request must not hold up the end.
    setTimeout(() => process.exit(why.exitCode), orderlyEndMs).unref();
  };
  for (const [signal, exitCode] of Object.entries(signals)) {
    process.on(signal, () => {
      // A second request means that the user does not want to wait for an orderly end.
      if (controller.signal.aborted) process.exit(exitCode);
      stop(new Interrupted(exitCode));
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // `| head` has read enough (EPIPE), or the terminal is gone (EIO): no failure, but nothing is left to do.
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
      stop(new Interrupted(0));
    });
  }
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    terminal: terminalOf(process.stdin, process.stdout, process.env.TERM),
    env: process.env,
    systemConfigFile: systemConfigFile(process.platform, process.env),
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
  };
}

function terminalOf(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  kind: string | undefined,
): TerminalStreams | undefined {
  return input.isTTY && output.isTTY && kind !== "dumb" ? { input, output } : undefined;
}

/** Resolves when the user asks to stop. */
export function interrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
