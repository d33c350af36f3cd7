/** All scenarios for core agents, and their judge. */
import { judge } from "../judge.js";
import type { Scenario, Verdict } from "../scenario.js";
import { access } from "./access.js";
import { streaming } from "./streaming.js";
import { AgentTrial, type JudgedAgent } from "./trial.js";

export type { JudgedAgent };

export const agentScenarios: readonly Scenario<AgentTrial>[] = [...access, ...streaming];

/**
 * One after the other, because they change settings. `onVerdict` is called with each. Once `signal` is aborted, no further scenario
 * begins, and the one under way ends without a verdict.
 */
export async function judgeAgent(
  scenarios: readonly Scenario<AgentTrial>[],
  judged: JudgedAgent,
  signal: AbortSignal,
  onVerdict: (verdict: Verdict) => void,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const scenario of scenarios) {
    if (signal.aborted) break;
    const verdict = await judge(
      scenario,
      async () => new AgentTrial(judged, signal),
      async (trial) => trial.end(),
    );
    if (signal.aborted) break;
    verdicts.push(verdict);
    onVerdict(verdict);
  }
  return verdicts;
}
