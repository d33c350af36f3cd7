/** The agent's end of {@link controlPath}: makes the changes of an order, or, of a dry run, finds out what they would be. */
import { lowerCase, suggest } from "configstream-consumer/internal";
import type { CoreAgent, EffectiveSetting, Transaction } from "../../core-agent/index.js";
import type { ControlRequest, ControlResponse, Effective, TrialResponse } from "./control-protocol.js";

type Agent = Pick<CoreAgent, "get" | "settings" | "transaction" | "trial" | "judge" | "sequenceId">;

/**
 * Throws what is to be said; a dry run asks the remote agents.
 *
 * @param onChange Called when something has changed.
 */
export function settingsAnswer(
  agent: Agent,
  text: string,
  onChange: () => void,
): ControlResponse | Promise<TrialResponse> {
  const request = parse(text);
  if (request.dryRun) return trial(agent, request);
  const results = resultsOf(agent, request, () => {
    agent.transaction(writing(request), request.note);
    return (key) => agent.get(key);
  });
  if (results.some(({ changed }) => changed)) onChange();
  return { results, sequenceId: agent.sequenceId };
}

async function trial(agent: Agent, request: ControlRequest): Promise<TrialResponse> {
  const { settings, warnings } = agent.trial(writing(request));
  const results = resultsOf(agent, request, () => (key) => settings.get(key));
  const others = (request.others ?? []).map((key) => effective(agent.get(key)));
  const { sequenceId } = agent;
  return { results, others, warnings, sequenceId, clients: await agent.judge(writing(request)) };
}

/** How keys stand before and after: `make` makes the changes, and returns what says how keys stand then. */
function resultsOf(
  agent: Agent,
  { writes }: ControlRequest,
  make: () => (key: string) => EffectiveSetting | undefined,
): ControlResponse["results"] {
  const names = writes.map(({ key }) => lowerCase(key));
  const before = names.map((name) => agent.get(name));
  const near = names.map((name, at) => (before[at] === undefined ? suggest(name, [...agent.settings().keys()]) : []));
  const get = make();
  return names.map((key, at) => {
    const after = get(key);
    // Settings are immutable, so that identity decides.
    const changed = before[at] !== after;
    return { key, changed, before: effective(before[at]), after: effective(after), near: near[at] ?? [] };
  });
}

function writing({ source, writes }: ControlRequest): (change: Transaction) => void {
  return (change) => {
    for (const { key, value } of writes) {
      if (value === undefined) change.unset(key, source);
      else change.set(key, value, source);
    }
  };
}

function effective(setting: EffectiveSetting | undefined): Effective | null {
  return setting === undefined ? null : { value: setting.value, source: setting.source };
}

function parse(text: string): ControlRequest {
  const request = JSON.parse(text) as ControlRequest;
  const { source, writes, dryRun = false, others = [] } = request ?? {};
  if (
    typeof source !== "string" ||
    !Array.isArray(writes) ||
    !writes.every((write) => typeof write?.key === "string")
  ) {
    throw new Error("A request needs a source and a list of writes, each with a key.");
  }
  // Anything else might be meant as a dry run, and would change something.
  if (typeof dryRun !== "boolean") throw new Error('"dryRun" must be true or false.');
  if (!Array.isArray(others) || !others.every((key) => typeof key === "string")) {
    throw new Error('"others" must be a list of keys.');
  }
  return request;
}
