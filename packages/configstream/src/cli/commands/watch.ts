/** `configstream watch`. */
import { type Command, Option } from "commander";
import { createConsumer } from "configstream-consumer";
import { withConsumer } from "../connection/connection.js";
import { addConnectionOptions, addGuardsOption, consumerOptions } from "../connection/options.js";
import { findPlace } from "../connection/place.js";
import { addNotes } from "../help.js";
import type { Io, TerminalStreams } from "../io.js";
import { watchLines } from "../watch/lines.js";
import { watchLive } from "../watch/live.js";
import type { WatchOptions } from "../watch/options.js";

export function addWatch(program: Command, io: Io): void {
  const command = program
    .command("watch")
    .description("follow settings: a live view in a terminal, one line for each change otherwise")
    .addOption(new Option("--key <key...>", "only these settings").conflicts("prefix"))
    .option("--prefix <text>", "only settings whose names begin so")
    .option("--plain", "lines, also in a terminal")
    .option("--json", "JSON lines, also in a terminal")
    .option("--show-secrets", "do not mask values whose keys look like credentials");
  addNotes(
    command,
    [
      "In a terminal: / searches, arrows and pages select, Enter shows the layers of a setting, s sorts, c shows only what has " +
        "changed, m shows masked values, q ends it. The view stays open through outages, and waits for a core agent that is not " +
        "there yet.",
      "As lines, changes go to standard output; connection, outages and recoveries to standard error.",
      "With --guards, a setting whose newest value breaks its guard keeps the last good one, as in an application with these guards, and is " +
        "marked: with ! in the live view, and as a line on standard error.",
    ],
    ["configstream watch --data-dir /etc/datadog-agent", "configstream watch --prefix logs_config. --json | jq .key"],
  );
  addGuardsOption(command);
  addConnectionOptions(command).action(async (options: WatchOptions) => {
    if (options.plain || options.json || io.terminal === undefined) {
      await withConsumer(io, options, (consumer) => watchLines(consumer, options, io));
    } else await openLive(options, io, io.terminal);
  });
}

async function openLive(options: WatchOptions, io: Io, terminal: TerminalStreams): Promise<void> {
  const place = await findPlace(options, io);
  const consumer = createConsumer(consumerOptions(place, options));
  try {
    await watchLive(consumer, place.address.value, options, io, terminal);
  } finally {
    await consumer.stop();
  }
}
