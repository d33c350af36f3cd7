/** `configstream set KEY VALUE`, `configstream set KEY=VALUE…` and `configstream unset KEY…`. */
import { type Command, Option } from "commander";
import { defaultSourcePriority, didYouMean } from "configstream-consumer/internal";
import { sendControl } from "../agent/control-client.js";
import type { Effective, WriteResult } from "../agent/control-protocol.js";
import { addNoteOptions, noteOf } from "../change-note.js";
import { addPlaceOptions } from "../connection/options.js";
import { findPlace, type PlaceOptions } from "../connection/place.js";
import { CommandFailure } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { givenSettings } from "../settings/given-settings.js";
import { noSetting } from "../settings/missing-key.js";
import { maskedWinner, valueText, winnerText } from "../settings/winner.js";
import { jsonText, printable } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";
import { addDryRunOptions, type DryRunOptions, dryRun, dryRunGuards, dryRunNote } from "./dry-run.js";
import { addWaitOptions, awaitClients, type WaitOptions, waitNote, waitTimeoutMs } from "./wait.js";

interface WriteOptions extends PlaceOptions, WaitOptions, DryRunOptions {
  readonly source: string;
  readonly string?: boolean;
  readonly json?: boolean;
  readonly reason?: string;
  readonly by?: string;
}

const where = [
  'Works with "configstream agent" only, not with other core agents, and by the socket in its data directory; whoever can read ' +
    "its token file may use it. Nothing is written to a file: the change lasts as long as the agent runs.",
];

export function addSet(program: Command, io: Io): void {
  const command = program
    .command("set")
    .usage("[options] <key> <value>\n       configstream set [options] <key=value...>")
    .description("give settings values in one layer of a running configstream agent, all at once")
    .argument("<key and value...>", "dotted names, in any case; values are read as YAML: 5, true, text, [a, b], {a: 1}")
    .option("--string", "take the values as text, whatever they look like");
  addSourceOption(command);
  addDryRunOptions(command);
  addWaitOptions(command);
  addNotes(
    command,
    [...where, dryRunNote, waitNote],
    [
      "configstream set log_level debug --data-dir ./run",
      "configstream set logs_enabled=true logs_config.batch_wait=5 --data-dir ./run",
      "configstream set tags '[team:checkout, region:eu]' --source cli --data-dir ./run",
      "configstream set my_agent.port=9001 --dry-run --guards guards.json --data-dir ./run",
      "configstream set log_level debug --wait --timeout 10 --data-dir ./run",
    ],
  );
  addPlaceOptions(command).action(async (words: string[], options: WriteOptions) => {
    const writes = givenSettings(words, options.string === true);
    const order = { source: options.source, writes, note: noteOf(options) };
    const timeoutMs = waitTimeoutMs(options);
    const judge = dryRunGuards(options);
    const place = await findPlace(options, io);
    if (options.dryRun) return dryRun(place, order, judge, options, io);
    const { results, sequenceId } = await sendControl(place, order, io.interrupt);
    for (const result of results) {
      if (result.before === null) noteNewKey(result, io);
      report(result, sequenceId, options, io, `is set already in ${options.source}`);
    }
    const keys = results.map(({ key }) => key);
    if (timeoutMs !== undefined) await awaitClients(place, { sequenceId, keys }, { ...options, timeoutMs }, io);
  });
}

export function addUnset(program: Command, io: Io): void {
  const command = program
    .command("unset")
    .description(
      "clear settings in one layer of a running configstream agent, all at once, so that the layer below shows again",
    )
    .argument("<key...>", "dotted names, in any case");
  addSourceOption(command);
  addDryRunOptions(command);
  addNotes(command, [...where, dryRunNote], ["configstream unset log_level --data-dir ./run"]);
  addPlaceOptions(command).action(async (keys: string[], options: WriteOptions) => {
    const order = { source: options.source, writes: keys.map((key) => ({ key })), note: noteOf(options) };
    const judge = dryRunGuards(options);
    const place = await findPlace(options, io);
    if (options.dryRun) return dryRun(place, order, judge, options, io);
    const { results, sequenceId } = await sendControl(place, order, io.interrupt);
    const missing = results.filter(({ before }) => before === null);
    for (const result of results) {
      if (result.before !== null) report(result, sequenceId, options, io, `has no value in ${options.source}`);
    }
    if (missing.length > 0) throw new CommandFailure(missing.map(noSetting).join(" "));
  });
}

function addSourceOption(command: Command): void {
  addNoteOptions(command)
    .addOption(new Option("--source <name>", "the layer").choices(defaultSourcePriority).default("agent-runtime"))
    .option("--json", "print what each setting was and is as JSON, one line a setting");
}

function noteNewKey({ key, near }: WriteResult, io: Io): void {
  const question = didYouMean(near.map(printable));
  io.err.write(`configstream: "${printable(key)}" did not exist before; it does now.${question}\n`);
}

function report(
  result: WriteResult,
  sequenceId: number,
  { json, source }: WriteOptions,
  io: Io,
  unchanged: string,
): void {
  const { key, before, after, changed } = result;
  if (json) {
    const winners = { before: maskedWinner(key, before), after: maskedWinner(key, after) };
    const shown = { key, source, changed, ...winners, sequenceId };
    io.out.write(`${jsonText(shown)}\n`);
    return;
  }
  const style = styleFor(io.out, io.env);
  const name = style("bold", printable(key));
  if (!changed) io.out.write(`${name} ${unchanged}; it is ${winnerText(key, after, style)}.\n`);
  else if (sameWinner(before, after)) {
    io.out.write(`${name} stays ${winnerText(key, after, style)}, which wins over ${source}.\n`);
  } else {
    const from = style("dim", valueText(key, before));
    io.out.write(`${name}: ${from} → ${winnerText(key, after, style)}, sequence id ${sequenceId}.\n`);
  }
}

function sameWinner(before: Effective | null, after: Effective | null): boolean {
  return before !== null && after !== null && JSON.stringify(before) === JSON.stringify(after);
}
