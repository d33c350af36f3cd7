/** `configstream fleet guards`: the rules that every change of a layer is judged by. */
import type { Command } from "commander";
import { readGuardFile } from "configstream-consumer/internal";
import { judgeChange, type NamedGuards } from "../../store/index.js";
import { addNoteOptions, type NoteOptions } from "../change-note.js";
import { wrongUsage } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { printable, printableLines } from "../terminal/printable.js";
import { addFleetOptions, type FleetOptions, fleetNote, withFleet } from "./session.js";

interface GuardsOptions extends FleetOptions, NoteOptions {
  readonly remove?: boolean;
}

export function addFleetGuards(fleet: Command, io: Io): void {
  const command = fleet
    .command("guards")
    .description("print the fleet's guards, or replace them by those of a file")
    .argument("[file]", "a guards file (JSON), as an application takes it; see docs/guards.md")
    .option("--remove", "take them away");
  addNotes(
    command,
    ["They stand in the store. Every change by configstream fleet that breaks one is refused before it is written."],
    ["configstream fleet guards guards.json --reason 'no more typos'", "configstream fleet guards > guards.json"],
  );
  addNoteOptions(addFleetOptions(command)).action((file: string | undefined, options: GuardsOptions) => {
    if (file !== undefined && options.remove) wrongUsage("Give a guards file or --remove, not both.");
    return file === undefined && !options.remove ? print(io, options) : replace(io, options, file);
  });
}

/** Throws `InvalidOptionError`, which names the path. */
export function guardsOfFile(path: string): NamedGuards {
  return { name: `the guards file ${path}`, guards: readGuardFile(path).guards };
}

async function print(io: Io, options: GuardsOptions): Promise<void> {
  await withFleet(io, options, async ({ fleet }) => {
    const { text } = (await fleet.read()).guards;
    io.out.write(`${printableLines(text ?? "{}")}\n`);
  });
}

async function replace(io: Io, options: GuardsOptions, file: string | undefined): Promise<void> {
  const read = file === undefined ? undefined : readGuardFile(file);
  await withFleet(io, options, async ({ fleet }) => {
    const rules = read === undefined ? undefined : JSON.stringify(read.rules, undefined, 2);
    const revision = await fleet.writeGuards(rules, { ...fleetNote(options), reason: options.reason ?? "guards" });
    const broken = read === undefined ? [] : judgeChange(read.guards, new Map(), (await fleet.read()).values).broken;
    if (options.json) io.out.write(`${JSON.stringify({ revision, broken })}\n`);
    else {
      io.out.write(`Written as revision ${revision}.\n`);
      for (const each of broken) io.out.write(`What is there already breaks them: ${printable(each)}\n`);
    }
  });
}
