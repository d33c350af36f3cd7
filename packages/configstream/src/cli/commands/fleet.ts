/** `configstream fleet …`: what a fleet's core agents take from the store. */
import type { Command } from "commander";
import type { ConfigValue } from "configstream-consumer";
import { parseYaml, readDefaults, readFault, readTextFile } from "configstream-consumer/internal";
import { type FleetState, fleetKey } from "../../store/index.js";
import { addNoteOptions } from "../change-note.js";
import { CommandFailure, wrongUsage } from "../exit.js";
import { addFleetDiff } from "../fleet/diff.js";
import { addFleetGuards, guardsOfFile } from "../fleet/guards.js";
import { differenceLine, maskedDifference, printChanges } from "../fleet/print.js";
import { parseRevision } from "../fleet/revision.js";
import {
  addFleetOptions,
  type FleetChangeOptions,
  type FleetOptions,
  fleetNote,
  type OpenFleet,
  withFleet,
} from "../fleet/session.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { givenSettings } from "../settings/given-settings.js";
import { maskSetting } from "../settings/mask.js";
import { toObject, toTree } from "../settings/settings-tree.js";
import { formatValue } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";

type Wanted = ReadonlyMap<string, ConfigValue | undefined>;

export function addFleet(program: Command, io: Io): void {
  const fleet = program.command("fleet").description("change what the core agents of a fleet take from the store");
  addNotes(
    fleet,
    [
      "Each change is one transaction: all of it reaches every core agent as one change set. It is written only when what it replaces is " +
        "still what was read, and when no value breaks the fleet's guards. " +
        '"configstream fleet COMMAND --help" says more.',
    ],
    [
      "configstream fleet set log_level=debug batch.size=50 --store fleet.yaml --reason 'incident 4711'",
      "configstream fleet history --store fleet.yaml",
      "configstream fleet rollback 812 --store fleet.yaml --dry-run",
    ],
  );
  addSetting(fleet, io);
  addReading(fleet, io);
  addFleetDiff(fleet, io);
  addPast(fleet, io);
  addFiles(fleet, io);
  addFleetGuards(fleet, io);
}

function addSetting(fleet: Command, io: Io): void {
  changing(fleet.command("set").description("give settings values, all at once"))
    .argument("<key=value...>", "dotted names; values are read as YAML")
    .option("--string", "take the values as text")
    .action((words: string[], options: FleetChangeOptions & { string?: boolean }) =>
      write(io, options, () => {
        const given = givenSettings(words, options.string === true);
        return new Map(given.map(({ key, value }) => [fleetKey(key), value]));
      }),
    );
  changing(fleet.command("unset").description("delete settings, all at once"))
    .argument("<key...>", "dotted names")
    .action((keys: string[], options: FleetChangeOptions) =>
      write(io, options, () => new Map(keys.map((key) => [fleetKey(key), undefined]))),
    );
}

function addReading(fleet: Command, io: Io): void {
  addFleetOptions(fleet.command("get").description("print settings as the store has them"))
    .argument("[key...]", "dotted names; none: all")
    .option("--revision <number>", "as they were", parseRevision)
    .action((keys: string[], options: FleetOptions & { revision?: number }) =>
      withFleet(io, options, async (open) => {
        const { values } = await open.fleet.read(options.revision);
        const names = keys.length > 0 ? keys.map(fleetKey) : [...values.keys()];
        const missing = names.filter((name) => !values.has(name));
        if (missing.length > 0) {
          throw new CommandFailure(`The store has no ${missing.map(printable).join(", ")} below ${open.prefix}.`);
        }
        const shown = names.map((name) => [name, shownValue(name, values, options)] as const);
        if (options.json) io.out.write(`${jsonText(Object.fromEntries(shown))}\n`);
        else for (const [name, value] of shown) io.out.write(`${printable(name)}: ${formatValue(value)}\n`);
      }),
    );
}

function addPast(fleet: Command, io: Io): void {
  addFleetOptions(fleet.command("history").description("print the transactions that the store still has, newest first"))
    .option("--limit <number>", "most of them", parseRevision, 20)
    .action((options: FleetOptions & { limit: number }) =>
      withFleet(io, options, async ({ fleet: opened }) => {
        for (const { revision, differences, note } of await opened.history(options.limit)) {
          const masked = differences.map((each) => maskedDifference(each, options.showSecrets));
          if (options.json) {
            io.out.write(`${jsonText({ revision, note: note ?? null, differences: masked })}\n`);
            continue;
          }
          const made =
            note === undefined ? "not by configstream fleet" : `${new Date(note.atMs).toISOString()} by ${note.by}`;
          const why = note?.reason ? `: ${note.reason}` : "";
          io.out.write(`revision ${revision}, ${printable(`${made}${why}`)}\n`);
          for (const each of differences) io.out.write(`  ${differenceLine(each, io, options.showSecrets)}`);
        }
      }),
    );
  changing(
    fleet.command("rollback").description("bring everything back to what it was at a revision, as a new transaction"),
  )
    .argument("<revision>", "see configstream fleet history", parseRevision)
    .action((revision: number, options: FleetChangeOptions) =>
      write(io, { reason: `rollback to revision ${revision}`, ...options }, async ({ fleet: opened }) =>
        wholeState(await opened.read(revision), await opened.read()),
      ),
    );
}

function addFiles(fleet: Command, io: Io): void {
  changing(fleet.command("import").description("give the settings of a YAML file, in one transaction"))
    .argument("<file>", "as a datadog.yaml")
    .option("--prune", "delete what the file does not have")
    .action((file: string, options: FleetChangeOptions & { prune?: boolean }) =>
      write(io, options, async ({ fleet: opened }) => {
        const wanted = new Map([...readSettings(file)].map(([key, value]) => [fleetKey(key), value] as const));
        if (!options.prune) return wanted;
        const { values } = await opened.read();
        return new Map([...[...values.keys()].map((key) => [key, undefined] as const), ...wanted]);
      }),
    );
  addFleetOptions(
    fleet.command("export").description("print all settings as JSON that import reads, credentials included"),
  )
    .option("--revision <number>", "as they were", parseRevision)
    .action((options: FleetOptions & { revision?: number }) =>
      withFleet(io, options, async ({ fleet: opened }) => {
        const { values } = await opened.read(options.revision);
        const known = [...values].filter(([, value]) => value !== undefined);
        io.out.write(`${JSON.stringify(toObject(toTree(known)), null, 2)}\n`);
      }),
    );
}

function changing(command: Command): Command {
  return addNoteOptions(addFleetOptions(command))
    .option("--if-revision <number>", "only if nothing was written after that revision", parseRevision)
    .option("--guards <file>", "refuse what breaks these guards (JSON), besides the fleet's own; see docs/guards.md")
    .option("--dry-run", "print what would change, and write nothing");
}

async function write(
  io: Io,
  options: FleetChangeOptions,
  wanted: (open: OpenFleet) => Wanted | Promise<Wanted>,
): Promise<void> {
  const guards = options.guards === undefined ? undefined : guardsOfFile(options.guards);
  await withFleet(io, options, async (open) => {
    const { revision, changes } = await open.fleet.write(await wanted(open), {
      note: fleetNote(options),
      ifRevision: options.ifRevision,
      dryRun: options.dryRun === true,
      guards,
    });
    if (options.json) {
      const masked = changes.map((each) => maskedDifference(each, options.showSecrets));
      io.out.write(`${jsonText({ revision, dryRun: options.dryRun === true, changes: masked })}\n`);
      return;
    }
    printChanges(io, options, changes);
    if (changes.length === 0) io.out.write(`Nothing differs; the store is at revision ${revision}.\n`);
    else if (options.dryRun) io.out.write("Nothing was written (--dry-run).\n");
    else io.out.write(`Written as revision ${revision}.\n`);
  });
}

/** Everything of an old state, and nothing else. One that was no JSON then cannot be given back, and stays as it is. */
function wholeState(old: FleetState, now: FleetState): Wanted {
  const gone = [...now.values.keys()].filter((key) => !old.values.has(key)).map((key) => [key, undefined] as const);
  const kept = [...old.values].filter(([, value]) => value !== undefined);
  return new Map<string, ConfigValue | undefined>([...gone, ...kept]);
}

function shownValue(name: string, values: FleetState["values"], options: FleetOptions): ConfigValue | undefined {
  return maskSetting(name, values.get(name), options.showSecrets === true);
}

function readSettings(file: string): ReadonlyMap<string, ConfigValue> {
  let text: string;
  try {
    text = readTextFile(file);
  } catch (error) {
    throw new CommandFailure(`The file ${file} ${readFault(error)}.`, undefined, { cause: error });
  }
  const settings = parseYaml(file, text, readDefaults({}).known);
  return settings.size > 0 ? settings : wrongUsage(`The file ${file} has no settings.`);
}
