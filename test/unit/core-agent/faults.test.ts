/** Faults that the embedded core agent is asked for, and what they take a correct consumer for. */
import { expect, it } from "vitest";
import { createFaults } from "../../../packages/configstream/src/core-agent/faults.js";
import { readEvent } from "../../../src/wire/event-decoder.js";
import type { Frame } from "../../../src/wire/event-encoder.js";
import { encodeSnapshot, encodeUpdate } from "../../../src/wire/event-encoder.js";

const setting = { source: "cli", key: "a", value: 1, unsetSource: "" };
const update = (id: number): Frame => encodeUpdate("core-agent", id, setting);
const snapshot = (id: number): Frame => encodeSnapshot("core-agent", id, []);

function open() {
  const { faults, tap } = createFaults({
    origin: "core-agent",
    sequenceId: () => 0,
    restartFrom() {},
    switchDialect() {},
    endStreams() {},
    evictSessions() {},
  });
  const sent: Frame[] = [];
  const { sink } = tap.wrap({ ready: true, send: (frame) => void sent.push(frame) });
  const staleId = (): number => {
    sent.length = 0;
    faults.stale("snapshot");
    return readEvent((sent[0] as Frame).bytes as Buffer)?.sequenceId ?? Number.NaN;
  };
  return { faults, sink, staleId };
}

it("a stale event is not newer than what was applied before a message that cannot be read, until a snapshot comes", () => {
  const { faults, sink, staleId } = open();
  sink.send(snapshot(5));
  sink.send(update(6));
  expect(staleId()).toBe(6);
  faults.send(Buffer.from("\xff\xff", "latin1"));
  sink.send(update(7));
  expect(staleId()).toBe(6);
  sink.send(snapshot(8));
  sink.send(update(9));
  expect(staleId()).toBe(9);
});
