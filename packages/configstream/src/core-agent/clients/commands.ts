/** Commands that a remote agent runs: how they are asked for, and what comes of them. Pure. */
import { ConfigStreamError } from "configstream-consumer/internal";
import type { CommandResult } from "./client.js";
import type { Registration } from "./registrations.js";

type Arguments = { readonly [name: string]: string };

/** Runs a command at a remote agent. Rejects with a `ConfigStreamError`, whose `details.reason` completes a sentence about the remote agent. */
export type Run = (
  client: Registration,
  path: readonly string[],
  given: Arguments,
  timeoutMs: number,
) => Promise<CommandResult>;

interface CommandFrame {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit_code?: number;
}

/** As google.protobuf.Struct. */
export function argumentsOf(given: Arguments): object {
  return { fields: Object.fromEntries(Object.entries(given).map(([key, value]) => [key, { string_value: value }])) };
}

/** @param answers The frames. Throws when the exit code is missing. */
export function resultOf(answers: readonly unknown[]): CommandResult {
  const frames = answers as readonly CommandFrame[];
  const text = (kind: "stdout" | "stderr") => frames.map((frame) => frame[kind] ?? "").join("");
  const code = frames.findLast(({ exit_code }) => exit_code !== undefined)?.exit_code;
  if (code === undefined) throw new ConfigStreamError("unavailable", "The command ended without an exit code.");
  return { exitCode: code, stdout: text("stdout"), stderr: text("stderr") };
}
