/** `configstream get KEY`. */
import type { Command } from "commander";
import type { ConfigValue, Reader } from "configstream-consumer";
import { withConsumer } from "../connection/connection.js";
import { addConnectionOptions, type ConnectionOptions } from "../connection/options.js";
import { CommandFailure } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { maskSetting } from "../settings/mask.js";
import { missingKey } from "../settings/missing-key.js";
import { printable } from "../terminal/text.js";

interface GetOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly showSecrets?: boolean;
}

export function addGet(program: Command, io: Io): void {
  const command = program
    .command("get")
    .description("print the value of one setting, waiting for the core agent when it has to")
    .argument("<key>", "dotted name, in any case")
    .option("--json", "print key, value, source and sequence id as JSON")
    .option("--show-secrets", "do not mask a value whose key looks like a credential");
  addNotes(
    command,
    ["Text is printed without quotes, for use in scripts; everything else as JSON."],
    ["configstream get logs_config.batch_wait --data-dir /etc/datadog-agent", 'level="$(configstream get log_level)"'],
  );
  addConnectionOptions(command).action(async (key: string, options: GetOptions) => {
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
  if (options.json) return JSON.stringify({ key: name, value, source, sequenceId });
  return plain(value, io.out.isTerminal);
}

/** Text without quotes, for use in scripts; everything else as JSON. */
function plain(value: ConfigValue, terminal: boolean): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return terminal ? value.split("\n").map(printable).join("\n") : value;
}
