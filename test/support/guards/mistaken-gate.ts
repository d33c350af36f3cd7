/** Gates with a mistake that a comparison with a model must find. */
import type { Gate } from "../../../src/worker/guards/gate.js";

export type Mistake = "the guard is judged after the publish" | "a resync forgets held keys";

/** @param make Makes a right one, which knows nothing of what was held before. */
export function mistakenGate(mistake: Mistake, make: () => Gate) {
  let gate = make();
  const isLate = mistake === "the guard is judged after the publish";
  return {
    /** A snapshot is about to be applied. */
    onSnapshot() {
      if (!isLate) gate = make();
    },
    get held() {
      return gate.held;
    },
    judge: ((changes, about) => {
      const judged = gate.judge(changes, about);
      return isLate ? { changes, commit: () => judged.commit() } : judged;
    }) satisfies Gate["judge"],
    judgeAgain: ((...given) => gate.judgeAgain(...given)) satisfies Gate["judgeAgain"],
    trial: ((...given) => gate.trial(...given)) satisfies Gate["trial"],
    beginWith: ((...given) => gate.beginWith(...given)) satisfies Gate["beginWith"],
  };
}
