/** Kinds of values, names, and sources. */
import { section, setting, update, updateOf } from "../scripted/messages.js";
import type { ConsumerScenario } from "./entry.js";

const group = "values";
const kinds = {
  text: "Grüße, 世界 🌍",
  empty: "",
  digits: "007",
  yes: true,
  no: false,
  zero: 0,
  fraction: -0.25,
  large: Number.MAX_SAFE_INTEGER,
  list: [1, "two", [true, null]],
  none: [],
};

export const values: readonly ConsumerScenario[] = [
  {
    id: "kinds",
    group,
    promise: "Texts, numbers, truth values and lists come back as they were sent, in snapshots and in updates.",
    async run(trial) {
      await trial.begin(kinds);
      trial.send(update(2, "text", 1), update(3, "yes", "true"));
      await trial.reaches({ ...kinds, text: 1, yes: "true" }, { via: [{ ...kinds, text: 1 }] });
    },
  },
  {
    id: "map-of-dotted-names",
    group,
    promise: "A map comes back as it was sent, with the dots inside its names.",
    async run(trial) {
      await trial.begin({ labels: { "app.kubernetes.io/name": "app", plain: 1 }, a: 1 });
      trial.send(update(2, "labels", { "app.kubernetes.io/name": "other" }));
      await trial.reaches({ labels: { "app.kubernetes.io/name": "other" }, a: 1 });
    },
  },
  {
    id: "letter-case",
    group,
    promise: "Keys are the same whatever the case of their letters.",
    async run(trial) {
      await trial.begin({ a: 1, b: 1 });
      trial.send(updateOf(2, { ...setting("a", 2), key: `${section.toUpperCase()}.A` }));
      await trial.reaches({ a: 2, b: 1 });
    },
  },
  {
    id: "unknown-source",
    group,
    promise: "A setting of a source that nobody has heard of counts.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.send(update(2, "b", 2, "a-source-of-the-future"));
      await trial.reaches({ a: 1, b: 2 });
    },
  },
];
