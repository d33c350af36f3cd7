/** `configstream demo`. */
import type { Command } from "commander";
import { runLiveDemo } from "../demo/live.js";
import { runPlainDemo } from "../demo/plain.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";

export function addDemo(program: Command, io: Io): void {
  const command = program
    .command("demo")
    .description("show it all at work: a core agent, a consumer, live changes, and a loop that never yields")
    .option("--plain", "plain lines that end by themselves, also in a terminal")
    .action(async ({ plain }: { readonly plain?: boolean }) => {
      if (plain || io.terminal === undefined) await runPlainDemo(io);
      else await runLiveDemo(io, io.terminal);
    });
  addNotes(
    command,
    [
      "In a terminal it runs until a key is pressed; otherwise it ends by itself within 15 s, and ends with 0 only if every " +
        "step truly happened. Uses a temporary folder and a free port, and removes what it made.",
    ],
    ["configstream demo"],
  );
}
