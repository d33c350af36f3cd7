/** `configstream demo`. */
import type { Command } from "commander";
import { runLiveDemo } from "../demo/live.js";
import { runPlainDemo } from "../demo/plain.js";
import type { Io } from "../io.js";

export function addDemo(program: Command, io: Io): void {
  program
    .command("demo")
    .description("show it all at work: a core agent, a consumer, live changes, and a loop that never yields")
    .option("--plain", "plain lines that end by themselves, also in a terminal")
    .addHelpText(
      "after",
      "\nIn a terminal it runs until a key is pressed; otherwise it ends by itself within 15 s, and exits with 0 only if\n" +
        "every step truly happened. Uses a temporary folder and a free port, and removes what it made.\n\n" +
        "Example:\n  configstream demo",
    )
    .action(({ plain }: { readonly plain?: boolean }) =>
      !plain && hasScreen(io) ? runLiveDemo(io) : runPlainDemo(io),
    );
}

function hasScreen(io: Io): boolean {
  return io.out.isTerminal && io.keyboard.isTerminal && io.env.TERM !== "dumb";
}
