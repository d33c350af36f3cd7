/** The option `--wait` of commands that change settings. */
import type { Command } from "commander";
import { type Awaited, waitForClients } from "../agent/wait.js";
import { type Standing, without } from "../agent/wait-judge.js";
import type { Place } from "../connection/place.js";
import { CommandFailure, wrongUsage } from "../exit.js";
import type { Io } from "../io.js";
import { jsonText, printable } from "../terminal/printable.js";

export interface WaitOptions {
  readonly wait?: boolean;
  /** In seconds. */
  readonly timeout?: string;
}

const defaultSeconds = 30;
const mostSeconds = 86_400;

export const waitNote =
  "With --wait it ends when every registered remote agent has the change, or with exit code 1 and the names of those that hold one of " +
  "its settings at the last good value, are behind, or do not answer. One that serves no status cannot say what it has: it is judged by " +
  "what was sent to it, and named as unknown.";

export function addWaitOptions(command: Command): void {
  command
    .option("--wait", "wait until every remote agent has the change")
    .option("--timeout <seconds>", `how long to wait, up to ${mostSeconds} s (default: ${defaultSeconds})`);
}

/** `undefined`: it is not to be waited. */
export function waitTimeoutMs({ wait, timeout }: WaitOptions): number | undefined {
  if (timeout !== undefined && wait !== true) wrongUsage("--timeout is of use with --wait only.");
  if (wait !== true) return undefined;
  const seconds = timeout === undefined ? defaultSeconds : Number(timeout);
  if ((timeout !== undefined && !/^\d{1,5}(\.\d{1,3})?$/.test(timeout)) || seconds > mostSeconds) {
    wrongUsage(`--timeout must be a number of seconds from 0 to ${mostSeconds}, but is ${JSON.stringify(timeout)}.`);
  }
  return seconds * 1_000;
}

/** Rejects with a `CommandFailure` that names those without the change. */
export async function awaitClients(
  place: Pick<Place, "authTokenFile">,
  change: Awaited,
  { timeoutMs, json }: { readonly timeoutMs: number; readonly json?: boolean },
  io: Io,
): Promise<void> {
  const standings = await waitForClients(place, change, timeoutMs, io.interrupt);
  if (json) io.out.write(`${jsonText({ sequenceId: change.sequenceId, clients: standings })}\n`);
  else sayWhoHas(standings, io);
  const failed = without(standings);
  if (failed.length === 0) return;
  const them = failed.map(inWords).join("; ");
  throw new CommandFailure(`${failed.length} of ${standings.length} remote agents do not have it: ${them}.`);
}

function sayWhoHas(standings: readonly Standing[], io: Io): void {
  if (standings.length === 0) io.out.write("No remote agent is registered.\n");
  const has = standings.filter(({ standing }) => standing === "has").length;
  if (has > 0) io.out.write(`${has} of ${standings.length} remote agents have it.\n`);
  const unknown = standings.filter(({ standing }) => standing === "sent");
  if (unknown.length > 0) io.out.write(`Unknown: ${unknown.map(inWords).join("; ")}.\n`);
}

function inWords({ name, pid, why }: Standing): string {
  return printable(`${name} (process ${pid}) ${why}`);
}
