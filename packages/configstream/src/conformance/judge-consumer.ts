/** Judges a consumer by the scenarios, several at a time. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentialPaths, ensureCredentials } from "../core-agent/credentials/credentials.js";
import { judge } from "./judge.js";
import type { Verdict } from "./scenario.js";
import type { ConsumerScenario } from "./scenarios/entry.js";
import { Trial, type TrialOptions } from "./trial.js";

export interface JudgeOptions extends Omit<TrialOptions, "dataDir" | "agent"> {
  /** Consumers that are judged at a time. */
  readonly jobs: number;
}

/**
 * Gives the verdicts in the order of the scenarios. `onVerdict` is called with each as soon as it is known. Once `options.signal` is
 * aborted, no further scenario begins, and those under way end without a verdict.
 */
export async function judgeConsumer(
  scenarios: readonly ConsumerScenario[],
  options: JudgeOptions,
  onVerdict: (verdict: Verdict) => void,
): Promise<readonly Verdict[]> {
  const home = mkdtempSync(join(tmpdir(), "configstream-conformance-"));
  // It holds credentials: it is removed even if the process ends unexpectedly.
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  process.once("exit", remove);
  const verdicts: Verdict[] = [];
  const waiting = [...scenarios.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !options.signal.aborted; next = waiting.shift()) {
      const [index, scenario] = next;
      const verdict = await judgeOne(scenario, options, home, index);
      if (options.signal.aborted) return;
      verdicts[index] = verdict;
      onVerdict(verdict);
    }
  };
  try {
    await ensureCredentials(home);
    await Promise.all(Array.from({ length: options.jobs }, work));
    return verdicts;
  } finally {
    process.off("exit", remove);
    remove();
  }
}

function judgeOne(scenario: ConsumerScenario, options: JudgeOptions, home: string, index: number): Promise<Verdict> {
  const told: ConsumerScenario = {
    ...scenario,
    async run(trial) {
      await scenario.run(trial);
      trial.finish();
    },
  };
  const open = async () => {
    const dataDir = join(home, String(index));
    mkdirSync(dataDir);
    const from = credentialPaths(home);
    const to = credentialPaths(dataDir);
    copyFileSync(from.authTokenFile, to.authTokenFile);
    copyFileSync(from.ipcCertFile, to.ipcCertFile);
    return new Trial({ ...options, dataDir, agent: scenario.agent });
  };
  return judge(told, open, (trial) => trial.end());
}
