/** Messages that no good core agent sends, and some that only a newer one does. */
import { section, setting, snapshot, snapshotOf, update } from "../scripted/messages.js";
import {
  deeplyNestedUpdate,
  emptyEvent,
  malformed,
  updateWithoutSetting,
  updateWithUnknownFields,
} from "../scripted/odd-bytes.js";
import { ignored } from "../subject/states.js";
import type { ConsumerScenario } from "./entry.js";

const group = "bad input";
const depth = 5_000;

/** After it the consumer may go on or open another stream, but it lives, keeps what it had, and takes the next snapshot. */
function survives(id: string, promise: string, bytes: Buffer): ConsumerScenario {
  return {
    id,
    group,
    promise,
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.send(bytes);
      await trial.stays();
      trial.resync(snapshot(9, { a: 2 }));
      await trial.reaches({ a: 2 });
    },
  };
}

export const badInput: readonly ConsumerScenario[] = [
  survives("event-without-body", "An event that holds neither snapshot nor update does no harm.", emptyEvent),
  survives("update-without-setting", "An update that holds no setting does no harm.", updateWithoutSetting(2)),
  survives("malformed-message", "Bytes that are no message do no harm.", malformed),
  survives(
    "deep-nesting",
    `A value of ${depth} lists in each other does no harm.`,
    deeplyNestedUpdate(2, `${section}.${ignored}`, depth),
  ),
  {
    id: "unknown-fields",
    group,
    promise: "Fields that are not in the contract are passed over, and the rest of the message counts.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.send(updateWithUnknownFields(2, `${section}.a`, 2), update(3, "b", 3));
      await trial.reaches({ a: 2, b: 3 }, { via: [{ a: 2 }] });
    },
  },
  {
    id: "odd-keys",
    group,
    promise:
      "Settings whose keys are empty or mean something to a language do no harm to the others of their snapshot.",
    async run(trial) {
      await trial.begin({ a: 1 });
      const odd = ["", "__proto__", "constructor", `${section}.${ignored}.__proto__`, `${section}.${ignored}..x`];
      const settings = odd.map((key) => ({ ...setting("", { toString: 1 }), key }));
      trial.send(snapshotOf(2, [setting("a", 2), ...settings, setting("b", 2)]), update(3, "b", 3));
      await trial.reaches({ a: 2, b: 3 }, { via: [{ a: 2, b: 2 }] });
    },
  },
  {
    id: "not-a-number",
    group,
    promise: "A number that is none, or infinite, does no harm to the updates after it.",
    async run(trial) {
      await trial.begin({ a: 1 });
      const numbers = [Number.NaN, Number.POSITIVE_INFINITY];
      trial.send(...numbers.map((number, index) => update(index + 2, ignored, number)), update(4, "a", 4));
      await trial.reaches({ a: 4 });
    },
  },
];
