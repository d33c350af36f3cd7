// What consumers and core agents may not show: half a transaction, an older state after a newer one, less than they say they have.
import { keysOf, markOf, marks, sizes } from "./shape.mjs";

export function createJudge() {
  const counts = { sets: 0, halves: 0, backwards: 0, ahead: 0, skipped: 0 };

  /**
   * One line of sight: what is seen on it never goes back. A change set shows the state that it made, which may be older than what the reader
   * shows by then, and so has a line of its own.
   */
  const line = () => {
    const newest = sizes.map(() => -1);
    let sequenceId = 0;
    return {
      newest,
      look(view) {
        if (view.sequenceId < sequenceId) counts.backwards += 1;
        sequenceId = view.sequenceId;
        for (const group of sizes.keys()) {
          const numbers = keysOf(group).map((key) => view.getInt(key, -1));
          if (new Set(numbers).size > 1) counts.halves += 1;
          if (numbers[0] < newest[group]) counts.backwards += 1;
          newest[group] = numbers[0];
        }
      },
    };
  };

  return {
    counts,
    /** Watches a consumer until the returned function is called. */
    watch(consumer) {
      const [polled, told] = [line(), line()];
      consumer.changeSets({
        onChange({ changes, view }) {
          for (const group of sizes.keys()) {
            const changed = changes.filter(({ key }) => key.startsWith(`g${group}.`));
            if (changed.length === 0) continue;
            if (changed.length !== sizes[group] || new Set(changed.map(({ newValue }) => newValue)).size !== 1) {
              counts.halves += 1;
            }
          }
          told.look(view);
          // What is told can be read.
          polled.look(consumer.reader().view());
          if (told.newest.some((number, group) => number > polled.newest[group])) counts.ahead += 1;
          counts.sets += 1;
        },
      });
      const timer = setInterval(() => polled.look(consumer.reader().view()), 3);
      return () => clearInterval(timer);
    },
    /** A core agent has everything up to the revision that it says it serves. */
    audit(agent, written) {
      const { state, revision } = agent.status().store;
      if (state !== "live") return;
      for (const { number, revision: at } of written.slice(-marks)) {
        if (at <= revision && !(agent.get(markOf(number))?.value >= number)) counts.skipped += 1;
      }
    },
  };
}
