/** The option `--dry-run` of `configstream set` and `unset`: what would change, and what guards would hold. */
import type { Command } from "commander";
import { didYouMean, lowerCase, type ReadyGuards, readGuardFile } from "configstream-consumer/internal";
import { tryControl } from "../agent/control-client.js";
import type { ControlRequest } from "../agent/control-protocol.js";
import { judged, keepsWinner, othersOf, type TriedWrite } from "../agent/trial-judge.js";
import type { Place } from "../connection/place.js";
import { CommandFailure, wrongUsage } from "../exit.js";
import type { Io } from "../io.js";
import { noSetting } from "../settings/missing-key.js";
import { maskedWinner, valueText, winnerText } from "../settings/winner.js";
import { plural } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { type Style, styleFor } from "../terminal/style.js";
import { heldBy, printVerdicts } from "./verdicts.js";

export interface DryRunOptions {
  readonly dryRun?: boolean;
  readonly guards?: string;
}

export const dryRunNote =
  "With --dry-run nothing changes: it says what each setting would be, with the value as the agent would convert it, and asks the " +
  "registered remote agents what their guards would hold; a consumer answers with the option serve. It ends with exit code 1 when one of " +
  "them, or one with the guards of --guards, would keep the last good value of a setting instead. Who cannot be asked is named.";

export function addDryRunOptions(command: Command): void {
  command
    .option("--dry-run", "print what would change, and change nothing")
    .option("--guards <file>", "with --dry-run: judge by the guards of this JSON file as well");
}

/** The guards to judge by, if any. Throws for a file that is wrong, and for options that do not go together. */
export function dryRunGuards(options: DryRunOptions & { readonly wait?: boolean }): ReadyGuards | undefined {
  if (options.guards !== undefined && !options.dryRun) wrongUsage("--guards is of use with --dry-run only.");
  if (options.wait && options.dryRun)
    wrongUsage("--wait has nothing to wait for with --dry-run; leave one of them out.");
  return options.guards === undefined ? undefined : readGuardFile(options.guards).guards;
}

/** Rejects with a `CommandFailure` that names what would be held, and what could not be cleared because it does not exist. */
export async function dryRun(
  place: Pick<Place, "authTokenFile">,
  order: ControlRequest,
  guards: ReadyGuards | undefined,
  { json }: { readonly json?: boolean },
  io: Io,
): Promise<void> {
  const others = othersOf(
    guards,
    order.writes.map(({ key }) => lowerCase(key)),
  );
  const tried = await tryControl(place, { ...order, others }, io.interrupt);
  const style = styleFor(io.out, io.env);
  const writes = judged(tried, others, guards);
  for (const warning of tried.warnings) io.err.write(`configstream: ${printable(warning)}\n`);
  for (const write of writes) {
    if (write.before === null && write.after !== null) noteNewKey(write, io);
    io.out.write(json ? `${jsonText(shown(write, order.source))}\n` : `${sentence(write, order.source, style)}\n`);
  }
  printVerdicts(tried.clients, json === true, io);
  if (!json) io.out.write("Nothing was changed (--dry-run).\n");
  const failed = [heldIn(writes), heldBy(tried.clients), ...missingIn(writes, order)].filter(
    (said) => said !== undefined,
  );
  if (failed.length > 0) throw new CommandFailure(failed.join(" "));
}

function sentence(write: TriedWrite, source: string, style: Style): string {
  const { key, before, after, outcome, rule } = write;
  const name = style("bold", printable(key));
  const change = `${name}: ${style("dim", valueText(key, before))} → ${winnerText(key, after, style)}`;
  switch (outcome) {
    case "changes":
      return `${change} would be ${after === null ? "cleared" : "set"}.`;
    case "unchanged":
      return after === null
        ? `${name} has no value, and would have none.`
        : `${name} would not change; it is ${winnerText(key, after, style)}.`;
    case "loses":
      return `${name} would stay ${winnerText(key, after, style)}, which wins over ${source}.`;
    case "held": {
      const isSame = keepsWinner(write);
      const said = isSame
        ? `${name} would stay ${winnerText(key, after, style)} and be held`
        : `${change} would be held`;
      return `${said}: it ${printable(rule ?? "")}.`;
    }
  }
}

function shown({ key, changed, before, after, outcome, rule }: TriedWrite, source: string): object {
  const winners = { before: maskedWinner(key, before), after: maskedWinner(key, after) };
  return { key, source, changed, ...winners, outcome, rule: rule ?? null, dryRun: true };
}

function noteNewKey({ key, near }: TriedWrite, io: Io): void {
  io.err.write(`configstream: "${printable(key)}" does not exist yet.${didYouMean(near.map(printable))}\n`);
}

function heldIn(writes: readonly TriedWrite[]): string | undefined {
  const held = writes.filter(({ outcome }) => outcome === "held").map(({ key }) => printable(key));
  if (held.length === 0) return undefined;
  return `${held.length} of ${plural(writes.length, "setting")} would be held: ${held.join(", ")}.`;
}

function missingIn(writes: readonly TriedWrite[], order: ControlRequest): readonly string[] {
  return writes.filter(({ before }, at) => before === null && order.writes[at]?.value === undefined).map(noSetting);
}
