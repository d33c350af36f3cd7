/** What a snapshot means. */
import { snapshot, update } from "../scripted/messages.js";
import type { ConsumerScenario } from "./entry.js";

const group = "snapshots";

export const snapshots: readonly ConsumerScenario[] = [
  {
    id: "snapshot-replaces",
    group,
    promise: "A snapshot is the whole state: what it does not have is gone.",
    async run(trial) {
      await trial.begin({ a: 1, b: 1, c: 1 });
      trial.send(snapshot(2, { a: 1, d: 4 }));
      await trial.reaches({ a: 1, d: 4 });
    },
  },
  {
    id: "snapshot-skips-ids",
    group,
    promise: "A snapshot is applied however far its sequence id is ahead, and updates go on from there.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.send(snapshot(40, { a: 40 }), update(41, "a", 41));
      await trial.reaches({ a: 41 }, { via: [{ a: 40 }] });
    },
  },
  ...[3, 0].map(
    (id): ConsumerScenario => ({
      id: id === 0 ? "first-snapshot-zero" : "first-snapshot-lower",
      group,
      promise: `The first snapshot of a new stream counts with ${id === 0 ? "the sequence id 0" : "a lower sequence id than before"} as well.`,
      async run(trial) {
        await trial.begin({ a: 1 }, 100);
        trial.agent.greeting = snapshot(id, { a: 2 });
        trial.agent.stream?.end();
        await trial.reaches({ a: 2 });
        trial.send(update(id + 1, "a", 3));
        await trial.reaches({ a: 3 });
      },
    }),
  ),
];
