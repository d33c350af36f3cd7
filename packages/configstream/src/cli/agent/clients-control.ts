/** The agent's end of {@link clientsPaths}. */
import type { CoreAgent } from "../../core-agent/index.js";
import {
  type ClientsResponse,
  type CommandRequest,
  type CommandResponse,
  clientsPaths,
  type FlareRequest,
  type FlareResponse,
} from "./clients-protocol.js";

type Agent = Pick<CoreAgent, "clients" | "flare" | "command" | "sequenceId">;

/** How a request at a path is answered; `undefined`: there is no such path. The answer rejects with what to say to the caller. */
export function clientsAnswer(
  path: string | undefined,
): ((agent: Agent, text: string) => Promise<ClientsResponse | FlareResponse | CommandResponse>) | undefined {
  switch (path) {
    case clientsPaths.clients:
      return async (agent) => ({ clients: await agent.clients(), sequenceId: agent.sequenceId });
    case clientsPaths.flare:
      return async (agent, text) => {
        const files = await agent.flare(parse<FlareRequest>(text).name);
        return { files: Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])) };
      };
    case clientsPaths.command:
      return async (agent, text) => {
        const { name, path: words, arguments: given } = parse<CommandRequest>(text);
        if (!isTexts(words) || !isTexts(Object.values(given ?? {}))) {
          throw new Error("A command needs a path of texts, and its arguments are texts.");
        }
        return await agent.command(name, words, given);
      };
    default:
      return undefined;
  }
}

function parse<T extends FlareRequest>(text: string): T {
  const request = JSON.parse(text) as T;
  if (typeof request?.name !== "string") throw new Error("A request needs the name of a remote agent.");
  return request;
}

function isTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === "string");
}
