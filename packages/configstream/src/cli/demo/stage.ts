/** What both forms of the demo need: a folder, a core agent in a process of its own, and a consumer. */
import { type Consumer, createConsumer } from "configstream-consumer";
import { machineTimeMs } from "../agent/control.js";
import { startAndWait } from "../connection/connection.js";
import { CommandFailure } from "../exit.js";
import { type AgentProcess, type Started, startAgentProcess } from "./agent-process.js";
import { within } from "./within.js";
import { createWorkspace, type Workspace } from "./workspace.js";

export interface Stage {
  readonly workspace: Workspace;
  readonly agent: AgentProcess;
  readonly agentInfo: Started;
  /** From the start of the core agent's process until it listened. */
  readonly agentStartMs: number;
  readonly consumer: Consumer;
  /** From `start()` to the first readable settings. */
  readonly readyMs: number;
}

export interface Cleanup {
  /** Ends everything that was begun, in whatever state it is. Gives a sentence for each thing that did not end well. */
  end(): Promise<readonly string[]>;
}

const agentTimeoutMs = 8_000;
const readyTimeoutMs = 5_000;

/** Sets everything up. What has been begun is handed to `begun` at once, so that it can be ended after a failure too. */
export async function setUp(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  begun: (cleanup: Cleanup) => void,
  onAgent: (info: Started, pid: number, agentStartMs: number) => void = () => {},
): Promise<Stage> {
  const endings: (() => Promise<string | undefined>)[] = [];
  begun({ end: () => endAll(endings) });
  const workspace = await createWorkspace();
  endings.push(async () => ((await workspace.remove()) ? undefined : "The temporary folder is still there."));
  const agentStartedAtMs = machineTimeMs();
  const agent = startAgentProcess(workspace, env);
  endings.push(async () => ((await agent.stop()) ? undefined : "The core agent's process did not end in order."));
  const agentInfo = await within(agent.started, agentTimeoutMs, signal, "The core agent did not start in time");
  const agentStartMs = machineTimeMs() - agentStartedAtMs;
  onAgent(agentInfo, agent.pid, agentStartMs);
  const consumer = createConsumer({
    clientName: "configstream-demo",
    coreAgentAddress: agentInfo.address,
    authTokenFile: agentInfo.authTokenFile,
    ipcCertFile: agentInfo.ipcCertFile,
  });
  endings.push(async () => {
    await consumer.stop();
    return consumer.status().state === "stopped" ? undefined : "The consumer did not stop.";
  });
  const startedAtMs = machineTimeMs();
  await startAndWait(consumer, readyTimeoutMs, signal);
  return { workspace, agent, agentInfo, agentStartMs, consumer, readyMs: machineTimeMs() - startedAtMs };
}

/** The last thing that was begun ends first; none is left out because another failed. */
async function endAll(endings: (() => Promise<string | undefined>)[]): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) {
    const complaint = await ending().catch((error: unknown) => `${error instanceof Error ? error.message : error}`);
    if (complaint !== undefined) complaints.push(complaint);
  }
  return complaints;
}

/** Throws when something did not end well. */
export function checkEnded(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new CommandFailure(`The demo did not stop cleanly. ${complaints.join(" ")}`);
}
