/** `configstream get KEY`. */
import { type Command, Option } from "commander";
import type { ConfigValue, Reader } from "configstream-consumer";
import { withConsumer } from "../connection/connection.js";
import { addConnectionOptions, type ConnectionOptions } from "../connection/options.js";
import { CommandFailure, wrongUsage } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { maskSetting } from "../settings/mask.js";
import { missingKey } from "../settings/missing-key.js";
import { jsonText, printable, printableLines } from "../terminal/printable.js";

interface GetOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly raw?: boolean;
  readonly showSecrets?: boolean;
}

export function addGet(program: Command, io: Io): void {
  const command = program
    .command("get")
    .description("print the value of one setting, waiting for the core agent when it has to")
    .argument("<key>", "dotted name, in any case")
    .option("--json", "print key, value, source and sequence id as JSON")
    .addOption(
      new Option("--raw", "print the value byte by byte, control characters included; never to a terminal").conflicts(
        "json",
      ),
    )
    .option("--show-secrets", "do not mask a value whose key looks like a credential");
  addNotes(
    command,
    [
      "Text is printed without quotes, for use in scripts; everything else as JSON. Control characters are printed as escapes.",
    ],
    ["configstream get logs_config.batch_wait --data-dir /etc/datadog-agent", 'level="$(configstream get log_level)"'],
  );
  addConnectionOptions(command).action(async (key: string, options: GetOptions) => {
    if (options.raw && io.out.isTerminal) {
      wrongUsage(
        "With --raw the output must go to a file or another command; a terminal might obey what a value says.",
      );
    }
    await withConsumer(io, options, async (consumer) =>
      io.out.write(`${textOf(consumer.reader(), key, options, io)}\n`),
    );
  });
}

function textOf(reader: Reader, key: string, options: GetOptions, io: Io): string {
  const { value: stored, source, sequenceId, key: name } = reader.explain(key);
  const value = maskSetting(name, stored, options.showSecrets === true);
  if (value === undefined || !reader.isSetting(key)) throw new CommandFailure(missingKey(reader, key));
  if (JSON.stringify(value) !== JSON.stringify(stored)) {
    io.err.write(
      `configstream: "${printable(name)}" looks like a credential and is masked; --show-secrets prints it.\n`,
    );
  }
  if (options.json) return jsonText({ key: name, value, source, sequenceId });
  if (options.raw) return typeof value === "string" ? value : JSON.stringify(value);
  const shown = plain(value);
  if (typeof value === "string" && shown !== value) {
    io.err.write(
      `configstream: "${printable(name)}" holds characters that are printed as escapes; --raw prints them.\n`,
    );
  }
  return shown;
}

/** Text without quotes, with its own line breaks, for use in scripts; everything else as JSON. */
function plain(value: ConfigValue): string {
  return typeof value === "string" ? printableLines(value) : jsonText(value);
}
