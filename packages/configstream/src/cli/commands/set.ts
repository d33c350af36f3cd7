/** `configstream set KEY VALUE` and `configstream unset KEY`. */
import { type Command, Option } from "commander";
import type { ConfigValue } from "configstream-consumer";
import { defaultSourcePriority, didYouMean } from "configstream-consumer/internal";
import { parse } from "yaml";
import { sendControl } from "../agent/control-client.js";
import type { ControlResponse, Effective } from "../agent/control-protocol.js";
import { addPlaceOptions } from "../connection/options.js";
import { findPlace, type PlaceOptions } from "../connection/place.js";
import { CommandFailure, wrongUsage } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { maskSetting } from "../settings/mask.js";
import { formatValue } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { type Style, styleFor, styleOfSource } from "../terminal/style.js";

interface WriteOptions extends PlaceOptions {
  readonly source: string;
  readonly string?: boolean;
  readonly json?: boolean;
}

const where = [
  'Works with "configstream agent" only, not with other core agents, and by the socket in its data directory; whoever can read ' +
    "its token file may use it. Nothing is written to a file: the change lasts as long as the agent runs.",
];

export function addSet(program: Command, io: Io): void {
  const command = program
    .command("set")
    .description("give a setting a value in one layer of a running configstream agent")
    .argument("<key>", "dotted name, in any case")
    .argument("<value>", "read as YAML: 5, true, text, [a, b], {a: 1}")
    .option("--string", "take the value as text, whatever it looks like");
  addSourceOption(command);
  addNotes(command, where, [
    "configstream set log_level debug --data-dir ./run",
    "configstream set tags '[team:checkout, region:eu]' --source cli --data-dir ./run",
  ]);
  addPlaceOptions(command).action(async (key: string, text: string, options: WriteOptions) => {
    const value = options.string ? text : readValue(text);
    const result = await sendControl(
      await findPlace(options, io),
      { key, value, source: options.source },
      io.interrupt,
    );
    if (result.before === null) noteNewKey(result, io);
    report(result, options, io, `is set already in ${options.source}`);
  });
}

export function addUnset(program: Command, io: Io): void {
  const command = program
    .command("unset")
    .description("clear a setting in one layer of a running configstream agent, so that the layer below shows again")
    .argument("<key>", "dotted name, in any case");
  addSourceOption(command);
  addNotes(command, where, ["configstream unset log_level --data-dir ./run"]);
  addPlaceOptions(command).action(async (key: string, options: WriteOptions) => {
    const result = await sendControl(await findPlace(options, io), { key, source: options.source }, io.interrupt);
    if (result.before === null) {
      throw new CommandFailure(`There is no setting "${printable(key)}".${didYouMean(result.near.map(printable))}`);
    }
    report(result, options, io, `has no value in ${options.source}`);
  });
}

function addSourceOption(command: Command): void {
  command
    .addOption(new Option("--source <name>", "the layer").choices(defaultSourcePriority).default("agent-runtime"))
    .option("--json", "print what the setting was and is as JSON");
}

/** YAML 1.2, as in the agent's own files; an empty argument is an empty text. */
export function readValue(text: string): ConfigValue {
  if (text === "") return "";
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return wrongUsage("The value is not valid YAML. Put quotes around it inside the argument, or give --string.");
  }
  const json = JSON.stringify(value, (_name, inner: unknown) => {
    if (typeof inner === "number" && !Number.isFinite(inner)) {
      wrongUsage("The value holds a number that is not finite, which the stream cannot carry. Give --string for text.");
    }
    return inner;
  });
  return JSON.parse(json) as ConfigValue;
}

function noteNewKey({ key, near }: ControlResponse, io: Io): void {
  const question = didYouMean(near.map(printable));
  io.err.write(`configstream: "${printable(key)}" did not exist before; it does now.${question}\n`);
}

function report(result: ControlResponse, { json, source }: WriteOptions, io: Io, unchanged: string): void {
  const { key, before, after, changed, sequenceId } = result;
  if (json) {
    const shown = { key, source, changed, before: masked(key, before), after: masked(key, after), sequenceId };
    io.out.write(`${jsonText(shown)}\n`);
    return;
  }
  const style = styleFor(io.out, io.env);
  const name = style("bold", printable(key));
  if (!changed) io.out.write(`${name} ${unchanged}; it is ${told(key, after, style)}.\n`);
  else if (sameWinner(before, after)) {
    io.out.write(`${name} stays ${told(key, after, style)}, which wins over ${source}.\n`);
  } else {
    const from = style("dim", formatValue(masked(key, before)?.value));
    io.out.write(`${name}: ${from} → ${told(key, after, style)}, sequence id ${sequenceId}.\n`);
  }
}

function sameWinner(before: Effective | null, after: Effective | null): boolean {
  return before !== null && after !== null && JSON.stringify(before) === JSON.stringify(after);
}

function told(key: string, effective: Effective | null, style: Style): string {
  if (effective === null) return "gone";
  const value = formatValue(masked(key, effective)?.value);
  return `${value} (${style(styleOfSource(effective.source), printable(effective.source))})`;
}

function masked(key: string, effective: Effective | null): Effective | null {
  return effective === null ? null : { ...effective, value: maskSetting(key, effective.value, false) ?? null };
}
