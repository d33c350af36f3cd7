/** `configstream flare NAME` and `configstream command NAME …`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import {
  type CommandRequest,
  type CommandResponse,
  clientsPaths,
  type FlareRequest,
  type FlareResponse,
} from "../agent/clients-protocol.js";
import { askControl } from "../agent/control-client.js";
import { addPlaceOptions } from "../connection/options.js";
import { findPlace, type PlaceOptions } from "../connection/place.js";
import { CommandFailure } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { jsonText, printable, printableLines } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";

interface FlareOptions extends PlaceOptions {
  readonly out?: string;
  readonly json?: boolean;
}

interface RunOptions extends PlaceOptions {
  readonly json?: boolean;
}

const whoAnswers =
  "The remote agent answers itself, where it serves that (option serve of a consumer), and masks what looks like a credential.";

export function addFlare(program: Command, io: Io): void {
  const command = program
    .command("flare")
    .description("get the files of a remote agent that help to find what is wrong with it")
    .argument("<name>", "name, flavor or process id of a remote agent; see configstream clients")
    .option("--out <directory>", "write the files into this new directory, instead of printing them")
    .option("--json", "print names and contents as JSON");
  addNotes(command, [whoAnswers], ["configstream flare trace-agent --out ./flare --data-dir ./run"]);
  addPlaceOptions(command).action(async (name: string, options: FlareOptions) => {
    const request: FlareRequest = { name };
    const { files } = await askControl<FlareResponse>(
      await findPlace(options, io),
      clientsPaths.flare,
      request,
      io.interrupt,
    );
    if (options.out !== undefined) await writeFiles(options.out, files, io);
    else if (options.json) io.out.write(`${jsonText({ files })}\n`);
    else printFiles(files, io);
  });
}

async function writeFiles(directory: string, files: FlareResponse["files"], io: Io): Promise<void> {
  try {
    // A new folder, so that nothing is overwritten, and no older file is taken for a part of the flare.
    await mkdir(directory, { mode: 0o700 });
    for (const [name, content] of Object.entries(files))
      await writeFile(join(directory, name), content, { mode: 0o600 });
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "exists already; give a new one" : `cannot be written (${code ?? "unknown error"})`;
    throw new CommandFailure(`The directory ${directory} ${why}.`, undefined, { cause: thrown });
  }
  io.out.write(`${Object.keys(files).length} files are in ${directory}.\n`);
}

function printFiles(files: FlareResponse["files"], io: Io): void {
  const style = styleFor(io.out, io.env);
  for (const [name, content] of Object.entries(files)) {
    io.out.write(`${style("bold", `== ${printable(name)}`)}\n${printableLines(content)}\n`);
  }
}

export function addCommand(program: Command, io: Io): void {
  const command = program
    .command("command")
    .description("run a command of a remote agent: explain, status, held, doctor, or what else it has")
    .argument("<name>", "name, flavor or process id of a remote agent; see configstream clients")
    .argument("<words...>", "the command, and the key that explain needs")
    .option("--json", "print exit code and output as JSON");
  addNotes(
    command,
    [whoAnswers, "The exit code is that of the remote agent's command."],
    [
      "configstream command trace-agent explain log_level --data-dir ./run",
      "configstream command trace-agent doctor --data-dir ./run",
    ],
  );
  addPlaceOptions(command).action(async (name: string, words: readonly string[], options: RunOptions) => {
    const request: CommandRequest = { name, path: words, arguments: {} };
    const place = await findPlace(options, io);
    const result = await askControl<CommandResponse>(place, clientsPaths.command, request, io.interrupt);
    if (options.json) io.out.write(`${jsonText(result)}\n`);
    else {
      io.out.write(printableLines(result.stdout));
      io.err.write(printableLines(result.stderr));
    }
    // Said already, in the remote agent's own words.
    if (result.exitCode !== 0) throw new CommandFailure("", exitCodeOf(result));
  });
}

/** What a process can end with; 0 would hide that the command failed. */
function exitCodeOf({ exitCode }: CommandResponse): number {
  return exitCode > 0 && exitCode < 256 ? exitCode : 1;
}
