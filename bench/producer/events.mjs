// What the producer sends: snapshots whose settings all differ from the ones before, and updates.
import { encodeEntry, encodeSnapshot, encodeUpdate } from "../../dist/wire/event-encoder.js";
import { stampKey } from "../lib/keys.mjs";
import { makeSettings } from "../lib/settings.mjs";

const origin = "bench";
const source = "file";

/** Microseconds on a clock that all processes of the machine share. */
export function nowMicros() {
  return Number(process.hrtime.bigint() / 1_000n);
}

export function createEvents() {
  let settings = [];
  /** Two sets of encoded entries; every setting has another value in the other one. */
  let entries = [];
  let sequenceId = 0;
  let at = 0;
  let count = 0;

  const update = (key, value) => encodeUpdate(origin, ++sequenceId, { source, key, value, unsetSource: "" }).bytes;

  return {
    /** Prepares snapshots of `size` settings; the real agent's own with `size` 0. */
    load(size) {
      settings = makeSettings(size === 0 ? undefined : size - 1);
      const stamp = { source, key: stampKey, value: 0, unsetSource: "" };
      entries = [0, 1].map((variant) => [
        encodeEntry(stamp),
        ...settings.map(({ key, value }) =>
          encodeEntry({ source, key, value: variant === 0 ? value : changed(value), unsetSource: "" }),
        ),
      ]);
      return settings.length + 1;
    },
    /** The next snapshot, as a message. */
    snapshot() {
      const variant = entries[count++ % 2];
      return encodeSnapshot(origin, ++sequenceId, variant).bytes;
    },
    /** The next update, as a message: of one setting after the other, each with a value that it did not have. */
    update() {
      at = (at + 1) % settings.length;
      return update(settings[at].key, sequenceId % 1_000_003);
    },
    /** An update whose value is the time of its making. */
    stamp: () => update(stampKey, nowMicros()),
    get sequenceId() {
      return sequenceId;
    },
  };
}

function changed(value) {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") return `${value}~`;
  if (Array.isArray(value)) return [...value, "changed"];
  return { ...value, changed: true };
}
