/** How a command ends: its exit code, and the one sentence that says why. */
import { ConfigStreamError } from "configstream-consumer/internal";

/** Exit codes, as documented in `--help`. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, differs: 3 } as const;

/** An expected end of a command, in one clear sentence. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failed, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** The user asked to stop, by a signal or by closing the output. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("Interrupted.");
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** Throws a {@link CommandFailure} for wrong usage. */
export function wrongUsage(message: string): never {
  throw new CommandFailure(message, exitCodes.usage);
}

/** What to print on standard error for a failure, always a single line, and the exit code. */
export function describeFailure(thrown: unknown): { readonly line: string; readonly exitCode: number } {
  if (thrown instanceof CommandFailure) return { line: oneLine(thrown.message), exitCode: thrown.exitCode };
  if (thrown instanceof ConfigStreamError) {
    const exitCode = thrown.code === "invalid_option" ? exitCodes.usage : exitCodes.failed;
    return { line: oneLine(thrown.message), exitCode };
  }
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const line = `Unexpected failure. ${oneLine(message)} (DEBUG=configstream shows where it came from)`;
  return { line, exitCode: exitCodes.failed };
}

/** The stack for `DEBUG=configstream`; `undefined` when it was not asked for. */
export function debugStack(thrown: unknown, debug: string | undefined): string | undefined {
  const wanted = (debug ?? "").split(/[\s,]+/).includes("configstream");
  if (!wanted || !(thrown instanceof Error)) return undefined;
  const cause = thrown.cause instanceof Error ? `\nCaused by: ${thrown.cause.stack ?? thrown.cause.message}` : "";
  return `${thrown.stack ?? thrown.message}${cause}`;
}

/** A text of several lines as one. */
export function oneLine(text: string): string {
  return text
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
}
