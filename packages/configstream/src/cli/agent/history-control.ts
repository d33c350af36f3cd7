/** The agent's end of {@link historyPaths}. */
import type { CoreAgent } from "../../core-agent/index.js";
import {
  type DiffRequest,
  type DiffResponse,
  type HistoryResponse,
  historyPaths,
  type RollbackRequest,
  type RollbackResponse,
} from "./history-protocol.js";

type Agent = Pick<CoreAgent, "history" | "historyId" | "diff" | "rollback" | "sequenceId">;

/** How a request at a path is answered; `undefined`: there is no such path. It throws what is to be said. */
export function historyAnswer(
  path: string | undefined,
): ((agent: Agent, text: string) => HistoryResponse | DiffResponse | RollbackResponse) | undefined {
  switch (path) {
    case historyPaths.history:
      return (agent) => ({ entries: agent.history() });
    case historyPaths.diff:
      return (agent, text) => {
        const { from, to = newestOf(agent) } = parse<DiffRequest>(text);
        return { changes: agent.diff(from, to) };
      };
    case historyPaths.rollback:
      return (agent, text) => {
        const { id, note, dryRun } = parse<RollbackRequest>(text);
        const changes = agent.diff(newestOf(agent), id);
        if (!dryRun) agent.rollback(id, note);
        return { changes, sequenceId: agent.sequenceId };
      };
    default:
      return undefined;
  }
}

/** Without a change set since the start, its state is the newest. */
function newestOf(agent: Agent): number {
  return agent.historyId;
}

function parse<T extends DiffRequest | RollbackRequest>(text: string): T {
  const request = JSON.parse(text) as T | null;
  if (typeof request !== "object" || request === null) throw new Error("A request is an object.");
  return request;
}
