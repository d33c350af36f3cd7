/** The command line as a whole: which commands there are, and how any of them ends. */
import { Command, CommanderError } from "commander";
import { addAgent } from "./commands/agent.js";
import { addDemo } from "./commands/demo.js";
import { addDump } from "./commands/dump.js";
import { addGet } from "./commands/get.js";
import { addWatch } from "./commands/watch.js";
import { debugStack, describeFailure, exitCodes, Interrupted } from "./exit.js";
import type { Io } from "./io.js";
import { packageVersion } from "./package-root.js";

const exitCodeHelp = "\nExit codes: 0 done, 1 failed, 2 wrong usage.";

/** Runs one command. Resolves to the exit code; whatever goes wrong has then been told in one line on standard error. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync([...args], { from: "user" });
    return exitCodes.ok;
  } catch (thrown) {
    return reportFailure(thrown, io);
  }
}

/** Tells a failure in one line, and gives its exit code. */
export function reportFailure(thrown: unknown, io: Io): number {
  // Help and version end this way, and errors that commander has already told.
  if (thrown instanceof CommanderError) return isGoodEnd(thrown) ? exitCodes.ok : exitCodes.usage;
  if (thrown instanceof Interrupted) return thrown.exitCode;
  const { line, exitCode } = describeFailure(thrown);
  io.err.write(`configstream: ${line}\n`);
  const stack = debugStack(thrown, io.env.DEBUG);
  if (stack !== undefined) io.err.write(`${stack}\n`);
  return exitCode;
}

function isGoodEnd({ code, exitCode }: CommanderError): boolean {
  return exitCode === 0 || code === "commander.version" || code === "commander.helpDisplayed";
}

export function createProgram(io: Io): Command {
  const program = new Command("configstream")
    .description("Live configuration from a Datadog-style core agent: watch it, read it, try it out.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      outputError: (text, write) => write(usageLine(text)),
      getOutHelpWidth: () => io.out.columns,
      getErrHelpWidth: () => io.err.columns,
    })
    .addHelpText("after", "\nExample:\n  configstream demo");
  // Commands made from here on take over the settings above.
  for (const add of [addDemo, addAgent, addWatch, addGet, addDump]) add(program, io);
  for (const command of [program, ...program.commands]) command.addHelpText("after", exitCodeHelp);
  return program;
}

/** Commander's errors, on one line and in the house's form. */
function usageLine(text: string): string {
  const sentence = text
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  const dotted = /[.?!)]$/.test(sentence) ? sentence : `${sentence}.`;
  return `configstream: ${dotted} See configstream --help.\n`;
}
