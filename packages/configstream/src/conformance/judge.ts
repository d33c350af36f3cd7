/** Turns what a scenario did into a verdict. */
import { Deviation } from "./deviation.js";
import type { Scenario, Verdict } from "./scenario.js";

/** Judges one scenario; `open` makes its trial, and `close` is called whatever happens. Never rejects. */
export async function judge<Trial>(
  scenario: Scenario<Trial>,
  open: () => Promise<Trial>,
  close: (trial: Trial) => Promise<void>,
): Promise<Verdict> {
  const { id, group, promise } = scenario;
  const startedAtMs = performance.now();
  const verdict = (rest: Omit<Verdict, "id" | "group" | "promise" | "ms">): Verdict => ({
    id,
    group,
    promise,
    ...rest,
    ms: performance.now() - startedAtMs,
  });
  let trial: Trial | undefined;
  try {
    trial = await open();
    const reason = scenario.lacks?.(trial);
    if (reason !== undefined) return verdict({ outcome: "skipped", reason });
    await scenario.run(trial);
    return verdict({ outcome: "passed" });
  } catch (thrown) {
    if (thrown instanceof Deviation) {
      return verdict({ outcome: "failed", expected: thrown.expected, seen: thrown.seen });
    }
    const seen = thrown instanceof Error ? thrown.message : String(thrown);
    return verdict({ outcome: "failed", expected: "the scenario can be played", seen });
  } finally {
    if (trial !== undefined) await close(trial);
  }
}
