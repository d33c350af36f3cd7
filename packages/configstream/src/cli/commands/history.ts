/** `configstream history`, `configstream diff A B` and `configstream rollback ID`: the past of a running agent. */
import { type Command, InvalidArgumentError } from "commander";
import type { HistoryEntry, PastChange, PastValue } from "../../core-agent/index.js";
import { askControl } from "../agent/control-client.js";
import {
  type DiffResponse,
  type HistoryResponse,
  historyPaths,
  type RollbackResponse,
} from "../agent/history-protocol.js";
import { addNoteOptions, type NoteOptions, noteOf } from "../change-note.js";
import { addPlaceOptions } from "../connection/options.js";
import { findPlace, type PlaceOptions } from "../connection/place.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { mask, maskSetting } from "../settings/mask.js";
import { formatValue } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { type Style, styleFor, styleOfSource } from "../terminal/style.js";

interface PastOptions extends PlaceOptions {
  readonly json?: boolean;
}

const what = [
  'Works with "configstream agent" only, by the socket in its data directory. It keeps its last 1,000 change sets, in 16 MiB, also over ' +
    "restarts when it has --data-dir; of values that may be credentials it keeps hashes in the file.",
];

export function addHistory(program: Command, io: Io): void {
  const command = program
    .command("history")
    .description("print the last change sets of a running configstream agent, newest first")
    .option("--limit <number>", "most of them", parseId, 20)
    .option("--json", "print them as JSON, one line a change set");
  addNotes(command, what, ["configstream history --data-dir ./run", "configstream history --limit 100 --json"]);
  addPlaceOptions(command).action(async (options: PastOptions & { limit: number }) => {
    const { entries } = await askControl<HistoryResponse>(
      await findPlace(options, io),
      historyPaths.history,
      {},
      io.interrupt,
    );
    const shown = entries.slice(-options.limit).reverse();
    if (shown.length === 0 && !options.json) io.out.write("Nothing has changed since the agent began.\n");
    for (const entry of shown) {
      if (options.json) io.out.write(`${jsonText({ ...entry, changes: entry.changes.map(maskedChange) })}\n`);
      else io.out.write(entryText(entry, styleFor(io.out, io.env)));
    }
  });
}

export function addDiff(program: Command, io: Io): void {
  const command = program
    .command("diff")
    .description("print how two states of a running configstream agent differ, layer by layer")
    .argument("<before>", "the id of a change set; the state after it", parseId)
    .argument("[after]", "another one; left out: now", parseId)
    .option("--json", "print JSON");
  addNotes(command, what, ["configstream diff 12 15 --data-dir ./run", "configstream diff 12 --json"]);
  addPlaceOptions(command).action(async (from: number, to: number | undefined, options: PastOptions) => {
    const order = { from, ...(to === undefined ? {} : { to }) };
    const { changes } = await askControl<DiffResponse>(
      await findPlace(options, io),
      historyPaths.diff,
      order,
      io.interrupt,
    );
    printChanges(changes, options, io);
  });
}

export function addRollback(program: Command, io: Io): void {
  const command = addNoteOptions(
    program
      .command("rollback")
      .description("bring all layers of a running configstream agent back to what they were, as a new change set")
      .argument("<id>", "the id of a change set; the state after it", parseId),
  )
    .option("--dry-run", "print what would change, and change nothing")
    .option("--json", "print JSON");
  addNotes(command, what, ["configstream rollback 12 --data-dir ./run --reason 'worse latency'"]);
  addPlaceOptions(command).action(async (id: number, options: PastOptions & NoteOptions & { dryRun?: boolean }) => {
    const dryRun = options.dryRun === true;
    const { reason = `rollback to ${id}` } = options;
    const order = { id, note: noteOf({ ...options, reason }), dryRun };
    const place = await findPlace(options, io);
    const { changes, sequenceId } = await askControl<RollbackResponse>(
      place,
      historyPaths.rollback,
      order,
      io.interrupt,
    );
    printChanges(changes, options, io);
    if (options.json) return;
    if (changes.length === 0) io.out.write("Nothing differs.\n");
    else io.out.write(dryRun ? "Nothing was changed (--dry-run).\n" : `Changed, sequence id ${sequenceId}.\n`);
  });
}

function printChanges(changes: readonly PastChange[], { json }: PastOptions, io: Io): void {
  if (json) io.out.write(`${jsonText(changes.map(maskedChange))}\n`);
  else for (const change of changes) io.out.write(changeText(change, styleFor(io.out, io.env)));
}

function entryText({ id, timeMs, cause, changes }: HistoryEntry, style: Style): string {
  const by = cause.by ? ` by ${cause.by}` : "";
  const revision = cause.revision ? ` of revision ${cause.revision}` : "";
  const why = cause.reason ? `: ${cause.reason}` : "";
  const made = printable(`${new Date(timeMs).toISOString()}, ${cause.kind}${revision}${by}${why}`);
  return `${style("bold", `${id}`)}  ${made}\n${changes.map((change) => `  ${changeText(change, style)}`).join("")}`;
}

function changeText(change: PastChange, style: Style): string {
  const { key, before, after } = change;
  const from = style("dim", shown(key, before));
  const source = style(styleOfSource(change.source), printable(change.source));
  return `${style("bold", printable(key))}: ${from} → ${shown(key, after)} (${source})\n`;
}

function shown(key: string, past: PastValue | undefined): string {
  if (past !== undefined && "hash" in past) return `${mask} (${past.hash.slice(0, 8)})`;
  return formatValue(maskSetting(key, past?.value, false));
}

function maskedChange({ source, key, before, after }: PastChange) {
  const masked = (past: PastValue | undefined) =>
    past !== undefined && "value" in past ? { value: maskSetting(key, past.value, false) ?? null } : (past ?? null);
  return { source, key, before: masked(before), after: masked(after) };
}

function parseId(text: string): number {
  if (/^[0-9]{1,15}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("Give a whole number above 0.");
}
