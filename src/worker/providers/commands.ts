/** The commands that the core agent can run here: what there is, and how one is run. */
import { didYouMean, suggest } from "../../shared/options/suggest.js";
import { printable } from "../../shared/text/printable.js";
import { type CommandProvider, type ExecuteRequest, parameterType } from "../../wire/command-messages.js";
import { doctor } from "./doctor.js";
import { explain } from "./explain.js";
import { judge } from "./judge.js";
import type { CommandOutcome } from "./outcome.js";
import type { ProviderSources } from "./sources.js";
import { heldText, statusDetails, statusText } from "./status-details.js";

/** Exit code of a command that was not understood. */
const wrongUsage = 2;

/** Named by the client, so that several consumers of one core agent can be told apart. */
export function commandProvider({ params }: ProviderSources): CommandProvider {
  const plain = (name: string, help: string) => ({ name, help, parameters: [] });
  const key = { name: "key", help: "dotted name, in any case", type: parameterType.text, isRequired: true };
  const settings = { name: "settings", help: "layers by key, as JSON", type: parameterType.text, isRequired: true };
  return {
    name: params.clientName,
    description: `Live configuration of ${params.displayName}.`,
    commands: [
      { name: "explain", help: "why a setting has its value", parameters: [key] },
      plain("status", "where the consumer stands"),
      plain("held", "settings that keep their last good value"),
      plain("doctor", "look for what is wrong"),
      { name: "judge", help: "which settings would be held, if they were so", parameters: [settings] },
    ],
  };
}

export async function runCommand(sources: ProviderSources, request: ExecuteRequest): Promise<CommandOutcome> {
  const { providerName, commandPath, arguments: given } = request;
  const provider = commandProvider(sources);
  if (providerName !== "" && providerName !== provider.name) {
    return refused(`There is no provider "${printable(providerName)}" here, only "${provider.name}".`);
  }
  const [name = "", ...rest] = commandPath;
  switch (name) {
    case "explain": {
      const key = given.key ?? rest[0];
      if (typeof key !== "string" || key === "")
        return refused('The command "explain" needs the argument "key", a text.');
      return explain(sources, key);
    }
    case "status":
      return { code: 0, stdout: statusText(statusDetails(sources)) };
    case "held":
      return { code: 0, stdout: heldText(sources.held?.() ?? [], ".\n") };
    case "doctor":
      return await doctor(sources);
    case "judge":
      return judge(sources, given.settings ?? rest[0]);
  }
  const names = provider.commands.map((command) => command.name);
  const near = didYouMean(suggest(name, names));
  return refused(`There is no command "${printable(name)}".${near} Known: ${names.join(", ")}.`);
}

function refused(sentence: string): CommandOutcome {
  return { code: wrongUsage, stderr: `${sentence}\n` };
}
