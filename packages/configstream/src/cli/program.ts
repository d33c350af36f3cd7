/** The command line as a whole: which commands there are, and how any of them ends. */
import { Command, CommanderError, Help } from "commander";
import { report } from "./agent/control.js";
import { addCommands } from "./commands.js";
import { debugStack, describeFailure, exitCodes, Interrupted, oneLine } from "./exit.js";
import { addNotes } from "./help.js";
import type { Io } from "./io.js";
import { packageVersion } from "./package-root.js";
import { printable, printableLines } from "./terminal/printable.js";
import { ansiStyle, styleFor } from "./terminal/style.js";
import { wrap } from "./terminal/text.js";

const programNotes = [
  "Address and credentials are found by options, else by the environment (DD_CMD_HOST, DD_CMD_PORT, DD_AUTH_TOKEN_FILE_PATH, " +
    "DD_IPC_CERT_FILE_PATH), else by the agent's own datadog.yaml (--config, or its usual place), else by defaults.",
  "Colours are for terminals; NO_COLOR and FORCE_COLOR are heeded. DEBUG=configstream shows where an unexpected failure came " +
    "from.",
];
const programExamples = [
  "configstream demo",
  "configstream watch --data-dir /etc/datadog-agent",
  "configstream doctor",
];

const exitCodeHelp = `\n${ansiStyle("bold", "Exit codes:")} 0 done, 1 failed, 2 wrong usage`;

/** Runs one command. Resolves to the exit code; whatever goes wrong has then been told in one line on standard error. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    await (await createProgram(io, args)).parseAsync([...args], { from: "user" });
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
  // Empty: the command has told it in its own way.
  if (line !== "") io.err.write(`configstream: ${printable(line)}\n`);
  if (line !== "") report({ kind: "failed", why: line });
  const stack = debugStack(thrown, io.env.DEBUG);
  if (stack !== undefined) io.err.write(`${printableLines(stack)}\n`);
  return exitCode;
}

function isGoodEnd({ code, exitCode }: CommanderError): boolean {
  return exitCode === 0 || code === "commander.version" || code === "commander.helpDisplayed";
}

/** The program, with the commands that a command line needs; all of them without one. */
export async function createProgram(io: Io, args: readonly string[] = []): Promise<Command> {
  const program = new Command("configstream")
    .description("Live configuration from a Datadog-style core agent: watch it, read it, try it out.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpCommand(helpCommand())
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      outputError: (text, write) => write(usageLine(text)),
      getOutHelpWidth: () => helpWidth(io.out.columns),
      getErrHelpWidth: () => helpWidth(io.err.columns),
      getOutHasColors: () => styleFor(io.out, io.env) === ansiStyle,
      getErrHasColors: () => styleFor(io.err, io.env) === ansiStyle,
    })
    .configureHelp({
      // Narrow terminals would cut the words of texts that are not wrapped.
      minWidthToWrap: 20,
      formatItem(term, termWidth, description, helper) {
        const columns = helper.helpWidth ?? 80;
        if (description === "" || columns - termWidth - 4 >= leastDescription) {
          return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
        }
        const lines = wrap(description, columns - 6).map((line) => `\n      ${line}`);
        return `  ${wrap(term, columns - 2).join("\n    ")}${lines.join("")}`;
      },
      styleTitle: (text) => ansiStyle("bold", text),
      styleCommandText: (text) => ansiStyle("cyan", text),
      styleSubcommandText: (text) => ansiStyle("cyan", text),
      styleOptionText: (text) => ansiStyle("green", text),
      styleArgumentText: (text) => ansiStyle("yellow", text),
    });
  addNotes(program, programNotes, programExamples);
  // Commands made from here on take over the settings above.
  await addCommands(program, io, args);
  for (const command of [program, ...program.commands]) {
    const code = command.name() === "types" ? `, ${exitCodes.differs} something no longer fits` : "";
    command.addHelpText("after", `${exitCodeHelp}${code}.`);
  }
  return program;
}

function helpCommand(): Command {
  return new Command("help")
    .argument("[command]")
    .helpOption(false)
    .description("print the help of a command")
    .helpGroup("Shell:");
}

/** Where fewer columns are left beside the names of options, their descriptions stand below them. */
const leastDescription = 30;

/** Longer lines are hard to read. */
function helpWidth(columns: number): number {
  return Math.min(columns, 120);
}

/** Commander's errors, on one line and in the house's form. */
function usageLine(text: string): string {
  const sentence = oneLine(text.replace(/^error: /, ""));
  const dotted = /[.?!)]$/.test(sentence) ? sentence : `${sentence}.`;
  return `configstream: ${printable(dotted)} See configstream --help.\n`;
}
