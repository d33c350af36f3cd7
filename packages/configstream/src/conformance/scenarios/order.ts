/** Sequence ids within one stream. */
import { snapshot, update } from "../scripted/messages.js";
import type { ConsumerScenario } from "./entry.js";

const group = "order";

export const order: readonly ConsumerScenario[] = [
  {
    id: "updates-in-order",
    group,
    promise: "Updates are applied one after the other, each once, and nothing goes back.",
    async run(trial) {
      const numbers = Array.from({ length: 200 }, (_unused, index) => index + 2);
      await trial.begin({ a: 1, b: 1 });
      trial.send(...numbers.map((id) => update(id, id % 2 === 0 ? "a" : "b", id)));
      const via = numbers.map((id) => (id % 2 === 0 ? { a: id, b: id - 1 } : { a: id - 1, b: id }));
      await trial.reaches({ a: 200, b: 201 }, { via });
    },
  },
  {
    id: "stale-update",
    group,
    promise: "An update with the last sequence id or a lower one is dropped.",
    async run(trial) {
      await trial.begin({ a: 1, b: 1 }, 5);
      trial.send(update(5, "a", 50), update(4, "a", 40), update(6, "b", 2));
      await trial.reaches({ a: 1, b: 2 });
    },
  },
  {
    id: "stale-snapshot",
    group,
    promise: "A snapshot with the last sequence id or a lower one is dropped within a stream.",
    async run(trial) {
      await trial.begin({ a: 1, b: 1 }, 5);
      trial.send(snapshot(5, { a: 50 }), snapshot(3, { a: 30 }), update(6, "b", 2));
      await trial.reaches({ a: 1, b: 2 });
    },
  },
  {
    id: "gap",
    group,
    promise: "An update that leaves out a sequence id is not applied, nor what follows it; the next snapshot is.",
    async run(trial) {
      await trial.begin({ a: 1, b: 1 });
      trial.send(update(3, "b", 3), update(4, "b", 4));
      await trial.stays();
      // With the id of the last update, as a core agent sends it: whoever has applied that one takes this for stale.
      trial.resync(snapshot(4, { a: 2, b: 4 }));
      await trial.reaches({ a: 2, b: 4 });
    },
  },
  {
    id: "gap-without-snapshot",
    group,
    promise: "After a gap that no snapshot follows, the stream is opened anew, and the old one is closed.",
    async run(trial) {
      await trial.begin({ a: 1, b: 1 });
      trial.agent.greeting = snapshot(3, { a: 2, b: 3 });
      trial.send(update(3, "b", 3));
      await trial.reaches({ a: 2, b: 3 });
      await trial.until(
        () => trial.agent.openStreams === 1,
        () => ({ expected: "one open stream", seen: `${trial.agent.openStreams}` }),
      );
    },
  },
  {
    id: "update-before-snapshot",
    group,
    promise: "An update before the first snapshot of a stream is not applied.",
    async run(trial) {
      await trial.open(update(5, "a", 5));
      await trial.until(
        () => trial.agent.streams.length > 0,
        () => ({ expected: "a stream is opened", seen: "none" }),
      );
      await trial.stays();
      trial.resync(snapshot(6, { a: 6 }));
      await trial.reaches({ a: 6 });
    },
  },
];
