/** What a shell can complete, taken from the program's own definition. */
import type { Command, Option } from "commander";

/** What follows an option or is an argument. */
export type ValueKind = "none" | "file" | "directory" | "choice" | "text";

export interface CompletableOption {
  /** Such as `--json`. */
  readonly long: string;
  /** Such as `-h`; empty: none. */
  readonly short: string;
  readonly description: string;
  readonly value: ValueKind;
  readonly choices: readonly string[];
}

export interface CompletableCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletableOption[];
  /** Choices of the first argument. */
  readonly choices: readonly string[];
}

export interface Completable {
  readonly program: string;
  readonly commands: readonly CompletableCommand[];
}

export function completable(program: Command): Completable {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options.map(optionOf), helpOption],
    choices: command.registeredArguments[0]?.argChoices ?? [],
  }));
  const names = commands.map(({ name }) => name);
  const help = { name: "help", description: "print the help of a command", options: [], choices: names };
  return { program: program.name(), commands: [...commands, help] };
}

const helpOption: CompletableOption = {
  long: "--help",
  short: "-h",
  description: "print the help of the command",
  value: "none",
  choices: [],
};

function optionOf({ long, short, description, flags, argChoices }: Option): CompletableOption {
  const placeholder = /[<[]([\w:]+)\.*[>\]]/.exec(flags)?.[1];
  return {
    long: long ?? "",
    short: short ?? "",
    description,
    value: kindOf(placeholder, argChoices !== undefined),
    choices: argChoices ?? [],
  };
}

function kindOf(placeholder: string | undefined, hasChoices: boolean): ValueKind {
  if (placeholder === undefined) return "none";
  if (hasChoices) return "choice";
  if (placeholder === "dir") return "directory";
  return placeholder === "file" ? "file" : "text";
}
