/** `configstream types`. */
import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { didYouMean, lowerCase, readFault, readTextFile, writeFault } from "configstream-consumer/internal";
import { withConsumer } from "../connection/connection.js";
import { addConnectionOptions, type ConnectionOptions } from "../connection/options.js";
import { CommandFailure, exitCodes } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { plural } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import { compare } from "../types/compare.js";
import { schemaOf } from "../types/live-schema.js";
import { type ModuleOptions, settingsFor, writeModule } from "../types/module.js";
import { readSchemaFile } from "../types/schema-file.js";
import type { Schema } from "../types/type-text.js";
import { writeGuards } from "../types/write-guards.js";

interface TypesOptions extends Omit<ConnectionOptions, "guards">, ModuleOptions {
  readonly from?: string;
  readonly out?: string;
  readonly prefix?: readonly string[];
  readonly check?: readonly string[];
  readonly guards?: boolean;
}

export function addTypes(program: Command, io: Io): void {
  const command = program
    .command("types")
    .description("write the TypeScript interface of the settings, or check code against it")
    .option("--from <file>", "take keys and types from a schema file (JSON or YAML) instead of a live core agent")
    .option("--out <file>", "write to a file instead of standard output")
    .addOption(new Option("--name <name>", "name of the interface (default: Schema)").argParser(parseTypeName))
    .option("--prefix <text...>", "only settings whose names begin so")
    .addOption(
      new Option(
        "--guards",
        "write guards as JSON instead of an interface: each key must keep the type that it has",
      ).conflicts(["check", "name", "binding", "accessors"]),
    )
    .addOption(
      new Option(
        "--binding <section>",
        "write a section as a binding: its shape, and the function that makes it",
      ).conflicts(["accessors", "check"]),
    )
    .addOption(new Option("--accessors", "write an object whose properties are the newest values").conflicts("check"))
    .addOption(
      new Option(
        "--check <file...>",
        "write nothing; find keys that these files declare or read and that are gone, or have changed their type",
      ).conflicts("out"),
    );
  addNotes(
    command,
    [
      'Schema files: a list of {key, type, default}, by itself or as "settings" of an object; a JSON schema; or the settings ' +
        "themselves, such as a datadog.yaml. A live core agent tells types by values: of null, empty lists and empty maps " +
        "nothing is known, and they become ConfigValue. Give the interface to createConsumer<Schema>().",
      "--binding and --accessors write modules that read: bindDb(reader) gives the settings below db, all of one state; readSettings(reader) " +
        "gives an object such as settings.db.port, each property at the cost of a handle. Durations are in milliseconds there.",
      "--check reads an interface (--name, or the first one) and calls of getters with the key as a text. Duration and Bytes " +
        "fit numbers and texts, and a member with a question mark may be missing. It ends with 3 when something no longer fits.",
      "--guards writes what the option guards of createConsumer takes, as data or as the path of the file. What has no type gets no " +
        "guard. Add bounds and choices by hand; see docs/guards.md of configstream-consumer.",
    ],
    [
      "configstream types --data-dir /etc/datadog-agent --prefix my_agent. --guards --out guards.json",
      "configstream types --data-dir /etc/datadog-agent --prefix logs_config. log_ --out src/settings.ts",
      "configstream types --from schema.json --check src/settings.ts src/main.ts",
    ],
  );
  addConnectionOptions(command).action(async (options: TypesOptions) => {
    const schema = narrowed(
      options.from === undefined ? await liveSchema(options, io) : await readSchemaFile(options.from),
      options,
    );
    if (options.check !== undefined) await check(options.check, schema, options, io);
    else await write(schema, options, io);
  });
}

async function liveSchema(options: TypesOptions, io: Io): Promise<Schema> {
  let schema: Schema = new Map();
  await withConsumer(io, options, async (consumer) => {
    schema = schemaOf(consumer.reader().view());
  });
  return schema;
}

function narrowed(schema: Schema, { prefix }: TypesOptions): Schema {
  if (prefix === undefined) return schema;
  const starts = prefix.map(lowerCase);
  return new Map([...schema].filter(([key]) => starts.some((start) => key.startsWith(start))));
}

async function write(all: Schema, options: TypesOptions, io: Io): Promise<void> {
  const { out, prefix, binding } = options;
  const schema = settingsFor(all, options);
  if (schema.size === 0) {
    const starts = binding === undefined ? (prefix ?? []) : [`${binding}.`];
    throw new CommandFailure(`No setting begins with ${starts.join(" or ")}.`);
  }
  const text = options.guards ? writeGuards(schema) : writeModule(schema, options);
  if (out === undefined) {
    io.out.write(text);
    return;
  }
  const before = textOf(out);
  if (before !== text) await writeFile(out, text).catch((thrown: NodeJS.ErrnoException) => cannotWrite(out, thrown));
  const done = before === text ? "is up to date with" : "holds";
  io.err.write(`configstream: ${printable(out)} ${done} ${plural(schema.size, "setting")}.\n`);
}

/** What stands in the file that is to be written, if it can be read. */
function textOf(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch {
    return undefined;
  }
}

function cannotWrite(path: string, thrown: NodeJS.ErrnoException): never {
  throw new CommandFailure(`The file ${path} cannot be written: ${writeFault(thrown)}.`, undefined, { cause: thrown });
}

async function check(files: readonly string[], schema: Schema, { name }: TypesOptions, io: Io): Promise<void> {
  let misfits = 0;
  let checked = 0;
  for (const file of files) {
    const result = compare(await readSource(file), schema, name);
    if (result === undefined) {
      const what = name === undefined ? "no interface" : `no interface ${name}`;
      throw new CommandFailure(`${file} declares ${what} and reads no setting, so there is nothing to check.`);
    }
    checked += result.checked;
    misfits += result.misfits.length;
    for (const { key, line, problem, near } of result.misfits) {
      io.out.write(
        `${printable(file)}:${line}: "${printable(key)}" ${printable(problem)}.${didYouMean(near.map(printable))}\n`,
      );
    }
  }
  if (misfits > 0)
    throw new CommandFailure(
      `${misfits} of ${plural(checked, "key")} no longer ${misfits === 1 ? "fits" : "fit"}.`,
      exitCodes.differs,
    );
  io.err.write(`configstream: ${plural(checked, "key")} checked, all fit.\n`);
}

async function readSource(file: string): Promise<string> {
  try {
    return readTextFile(file);
  } catch (thrown) {
    throw new CommandFailure(`The file ${file} ${readFault(thrown)}.`, undefined, { cause: thrown });
  }
}

function parseTypeName(text: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(text)) throw new InvalidArgumentError("Give a name that TypeScript can use.");
  return text;
}
