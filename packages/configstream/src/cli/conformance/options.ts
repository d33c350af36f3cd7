/** Options that both kinds of judging have. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { choose, type Scenario } from "../../conformance/index.js";
import { wrongUsage } from "../exit.js";

export interface JudgingOptions {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly list?: boolean;
  readonly json?: boolean;
  /** In seconds. */
  readonly patience: number;
}

export function addJudgingOptions(command: Command): Command {
  return command
    .addOption(new Option("--only <names>", "ids or groups of scenarios, with commas between").argParser(parseNames))
    .addOption(new Option("--skip <names>", "ids or groups that are left out").argParser(parseNames))
    .option("--list", "print the scenarios, and judge nothing")
    .option("--json", "as JSON, at the end")
    .addOption(
      new Option("--patience <seconds>", "how long to wait for what should be seen")
        .argParser(parseSeconds)
        .default(15),
    );
}

export function chosen<Entry extends Pick<Scenario<never>, "id" | "group">>(
  all: readonly Entry[],
  { only = [], skip = [] }: JudgingOptions,
): readonly Entry[] {
  const { chosen: entries, unknown } = choose(all, only, skip);
  if (unknown.length > 0) wrongUsage(`There is no scenario or group ${unknown.join(", ")}; --list prints them.`);
  return entries;
}

function parseNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Give names with commas between.");
  return names;
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d{1,4}(\.\d{1,3})?$/.test(text) && seconds > 0 && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError("Give a number of seconds above 0, at most 3600.");
}
