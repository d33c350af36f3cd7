/** How settings go away, and what does not remove them. */
import { snapshot, unset, update } from "../scripted/messages.js";
import type { ConsumerScenario } from "./entry.js";

const group = "removal";

export const removal: readonly ConsumerScenario[] = [
  {
    id: "unset-falls-back",
    group,
    promise: "A removal falls back to the value and the source that it names.",
    async run(trial) {
      await trial.open(snapshot(1, { a: "from the file", b: 1 }));
      await trial.reaches({ a: "from the file", b: 1 }, { sources: { a: "file", b: "file" } });
      trial.send(update(2, "a", "at run time", "agent-runtime"));
      await trial.reaches({ a: "at run time", b: 1 }, { sources: { a: "agent-runtime", b: "file" } });
      trial.send(unset(3, "a", "agent-runtime", "file", "from the file"));
      await trial.reaches({ a: "from the file", b: 1 }, { sources: { a: "file", b: "file" } });
    },
  },
  {
    id: "unset-leaves-nothing",
    group,
    promise: "A removal that names no source takes the setting away.",
    async run(trial) {
      await trial.begin({ a: 1, b: 1 });
      trial.send(unset(2, "a", "file"));
      await trial.reaches({ b: 1 });
    },
  },
  {
    id: "null-is-a-value",
    group,
    promise: "A plain update with null gives the setting the value null, and does not remove it.",
    async run(trial) {
      await trial.begin({ a: [1], b: 1 });
      trial.send(update(2, "a", null));
      await trial.reaches({ a: null, b: 1 });
    },
  },
];
