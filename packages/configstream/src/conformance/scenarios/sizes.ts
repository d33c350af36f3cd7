/** Messages beyond what gRPC takes without being told. */
import { update } from "../scripted/messages.js";
import type { ConsumerScenario } from "./entry.js";

const group = "sizes";
const mebi = 1_024 * 1_024;

export const sizes: readonly ConsumerScenario[] = [
  {
    id: "large-snapshot",
    group,
    promise: "A snapshot of 6 MiB is taken; the default limit of gRPC is 4 MiB, and core agents send up to 128 MiB.",
    async run(trial) {
      const texts = Array.from({ length: 96 }, (_unused, index) => [`k${index}`, "x".repeat(mebi / 16)]);
      const all = Object.fromEntries(texts);
      await trial.begin(all);
      trial.send(update(2, "k0", 1));
      await trial.reaches({ ...all, k0: 1 });
    },
  },
  {
    id: "large-value",
    group,
    promise: "An update with a value of 1 MiB is taken.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.send(update(2, "a", "y".repeat(mebi)), update(3, "b", 3));
      await trial.reaches({ a: "y".repeat(mebi), b: 3 }, { via: [{ a: "y".repeat(mebi) }] });
    },
  },
];
