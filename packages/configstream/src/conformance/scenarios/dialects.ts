/** The meanings that the messages of older core agents have. */
import type { ConfigValue } from "configstream-consumer";
import { section, snapshot, snapshotOf, update, updateOf } from "../scripted/messages.js";
import type { ConsumerScenario } from "./entry.js";

const group = "dialects";

function sectionOf(source: string, value: ConfigValue) {
  return { source, key: section, value, unsetSource: "" };
}

export const dialects: readonly ConsumerScenario[] = [
  {
    id: "leaf-unset",
    group,
    promise: "Where a removal is reported as an update that names a lower source, the consumer comes to what is left.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.send(update(2, "a", 2, "agent-runtime"));
      await trial.reaches({ a: 2 });
      trial.agent.greeting = snapshot(3, { a: 1 });
      trial.send(update(3, "a", 1, "file"));
      await trial.reaches({ a: 1 });
    },
  },
  {
    id: "leaf-losing-set",
    group,
    promise: "An update that names a source below the one that wins does not replace the winner.",
    async run(trial) {
      await trial.open(snapshot(1, { a: 2 }, "agent-runtime"));
      await trial.reaches({ a: 2 });
      trial.agent.greeting = snapshot(2, { a: 2 }, "agent-runtime");
      trial.send(update(2, "a", 1, "file"));
      await trial.stays();
    },
  },
  {
    id: "sections-merged",
    group,
    promise: "A snapshot of whole sections, merged, is read as its settings, and updates change single ones.",
    async run(trial) {
      await trial.open(snapshotOf(1, [sectionOf("unknown", { a: 1, inner: { b: 1, c: [1] } })]));
      await trial.reaches({ a: 1, "inner.b": 1, "inner.c": [1] });
      trial.send(update(2, "inner.b", 2));
      await trial.reaches({ a: 1, "inner.b": 2, "inner.c": [1] });
    },
  },
  {
    id: "sections-per-source",
    group,
    promise:
      "Of sections that come once for each source, the highest source wins, and null takes a source's section away.",
    async run(trial) {
      await trial.open(snapshotOf(1, [sectionOf("default", { a: 1, b: 1 }), sectionOf("file", { a: 2 })]));
      await trial.reaches({ a: 2, b: 1 });
      trial.send(updateOf(2, sectionOf("file", { b: 3 })));
      await trial.reaches({ a: 1, b: 3 });
      trial.send(updateOf(3, sectionOf("file", null)));
      await trial.reaches({ a: 1, b: 1 });
    },
  },
];
