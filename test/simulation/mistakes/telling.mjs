// Mistakes in what subscribers are told, over the lives of several workers.
const notifier = "src/worker/telling/notifier.ts";
const publishing = "src/worker/telling/publishing.ts";
const takeover = "src/worker/telling/takeover.ts";
const untold = "src/memory/untold.ts";
const queue = "src/shared/change-queue.ts";
const consumer = "src/main/consumer/consumer.ts";
const subscriptions = "src/main/subscriptions/subscriptions.ts";
const netChanges = "src/worker/settings/net-changes.ts";

export const tellingMistakes = [
  {
    name: "a new worker tells everything as new",
    edits: [
      [
        publishing,
        "const differences = first ? netChanges(toldSettings(region, untold, notifier), changes) : changes;",
        "const differences = changes;",
      ],
    ],
    test: "test/unit/worker/telling/publishing.test.ts",
  },
  {
    name: "a new worker does not tell what is gone",
    edits: [[takeover, "    if (!kept.has(key)) changes.push(", "    if (kept.size < 0) changes.push("]],
    test: "test/unit/worker/telling/takeover.test.ts",
  },
  {
    name: "what a dead worker had published and not told is lost",
    edits: [[publishing, "    notifier.willPublish(differences);\n", ""]],
    test: "test/unit/worker/telling/publishing.test.ts",
  },
  {
    name: "what is untold is written down after the publish",
    edits: [
      [publishing, "    notifier.willPublish(differences);\n", ""],
      [
        publishing,
        "      writer.publish(wanted);\n",
        "      writer.publish(wanted);\n      if (announced !== undefined) notifier.willPublish(announced);\n",
      ],
    ],
    test: "test/unit/worker/telling/publishing.test.ts",
  },
  {
    name: "what a dead worker had on its way is told again",
    edits: [[consumer, "else if (this.#lastBatch !== undefined) untold.told(this.#lastBatch.changes);", ""]],
    test: "test/integration/consumer/worker-deaths.test.ts",
  },
  {
    name: "the old value told first is overwritten by a later one",
    edits: [[untold, "(kind & REPLACES) !== 0 || !entries.has(key)", "(kind & REPLACES) !== 0 || key.length >= 0"]],
    test: "test/unit/memory/untold.test.ts",
  },
  {
    name: "a batch that was sent counts as untold while others wait",
    edits: [[notifier, "    else untold?.told(changes);\n", ""]],
    test: "test/unit/worker/telling/notifier.test.ts",
  },
  {
    name: "the last batch that was sent counts as untold",
    edits: [
      [
        notifier,
        "    if (queue.size === 0) untold?.clear();\n    else untold?.told",
        "    if (queue.size > 0) untold?.told",
      ],
    ],
    test: "test/unit/worker/telling/notifier.test.ts",
  },
  {
    name: "changes are told before they can be read",
    edits: [
      [
        publishing,
        "      writer.publish(wanted);\n",
        "      if (!first) notifier.notify(publication);\n      writer.publish(wanted);\n",
      ],
      [publishing, "      first = false;\n", "      if (!first) return;\n      first = false;\n"],
    ],
    test: "test/unit/worker/telling/publishing.test.ts",
  },
  {
    name: "several batches are under way at a time",
    edits: [[notifier, "if (this.#underWay || queue.size === 0) return;", "if (queue.size === 0) return;"]],
    test: "test/unit/worker/telling/notifier.test.ts",
  },
  {
    name: "a subscriber is not asked for in time",
    edits: [[notifier, "if (!this.#active || this.#underWay) this.#options.poll();", ""]],
    test: "test/unit/worker/telling/notifier.test.ts",
  },
  {
    name: "merged events keep the last old value",
    edits: [[netChanges, "  const { oldValue } = first;", "  const { oldValue } = second;"]],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "a new worker does not hear of subscribers",
    edits: [[consumer, 'if (this.#subscriptions.active) host.post({ kind: "subscribed", active: true });', ""]],
    test: "test/integration/consumer/worker-deaths.test.ts",
  },
  {
    name: "a newcomer is told of what it could read already",
    edits: [
      [
        subscriptions,
        "newcomer.hasNewsIn(publish) && matches(change.key),",
        "(newcomer.hasNewsIn(publish) || true) && matches(change.key),",
      ],
    ],
    test: "test/unit/main/subscriptions/subscriptions.test.ts",
  },
  {
    name: "a change set ends at the end of a batch",
    edits: [[queue, "(endsSet ? [index + 1] : [])", "(endsSet || index + 1 === taken.length ? [index + 1] : [])"]],
    test: "test/unit/worker/telling/notifier.test.ts",
  },
  {
    name: "a change set ends with its last change, also where that is of a source alone",
    edits: [[notifier, "index === last, publish", "index === changes.length - 1, publish"]],
    test: "test/unit/worker/telling/notifier.test.ts",
  },
  {
    name: "the next batch is not sent when one has arrived",
    edits: [[notifier, "    this.#underWay = false;\n    this.#sendNext();", "    this.#underWay = false;"]],
    test: "test/unit/worker/telling/notifier.test.ts",
  },
  {
    name: "the state of a set is changed by later ones",
    edits: [
      [
        "src/main/subscriptions/past-states.ts",
        "const chunk = changed.has(index)",
        "const chunk = changed.has(index) || index >= 0",
      ],
    ],
    test: "test/unit/main/subscriptions/past-states.test.ts",
  },
  {
    name: "a change set's view is the newest one",
    edits: [
      [
        "src/main/subscriptions/past-states.ts",
        "const isIt = publish === undefined",
        "const isIt = publish !== undefined || publish === undefined",
      ],
    ],
    test: "test/unit/main/subscriptions/past-states.test.ts",
  },
];
