import { describe, expect, test } from "vitest";
import { createSubscriber } from "../../../packages/configstream/src/core-agent/serving/subscriber.js";
import type { Frame } from "../../../src/wire/event-encoder.js";

function setUp(capacity = 3, start = 0) {
  const state = { sequenceId: start };
  const sent: string[] = [];
  const frame = (kind: Frame["kind"], sequenceId: number): Frame => ({ kind, sequenceId, bytes: Buffer.alloc(0) });
  const sink = {
    ready: true,
    /** How many more events are taken before the receiver is behind. */
    room: Number.POSITIVE_INFINITY,
    send: ({ kind, sequenceId }: Frame) => {
      sent.push(`${kind[0]}${sequenceId}`);
      sink.room -= 1;
      sink.ready = sink.room > 0;
    },
  };
  const counts = { snapshotsSent: 0, updatesSent: 0, discontinuities: 0, droppedUpdates: 0 };
  const feed = {
    get sequenceId() {
      return state.sequenceId;
    },
    snapshot: () => frame("snapshot", state.sequenceId),
  };
  const subscriber = createSubscriber(feed, sink, counts, capacity);
  return {
    sent,
    counts,
    subscriber,
    change(times = 1) {
      for (let count = 0; count < times; count += 1) {
        state.sequenceId += 1;
        subscriber.offer(frame("update", state.sequenceId));
      }
    },
    block() {
      sink.ready = false;
    },
    /** The receiver takes `room` more events. */
    drain(room = Number.POSITIVE_INFINITY) {
      sink.room = room;
      sink.ready = true;
      subscriber.pump();
    },
  };
}

describe("a subscriber", () => {
  test("gets a snapshot first and then the updates, each once", () => {
    const { subscriber, sent, change, counts } = setUp(3, 7);
    subscriber.pump();
    change(3);
    expect(sent).toEqual(["s7", "u8", "u9", "u10"]);
    expect(counts).toEqual({ snapshotsSent: 1, updatesSent: 3, discontinuities: 0, droppedUpdates: 0 });
  });

  test("that is behind gets what was buffered, in order, when it is ready again", () => {
    const { subscriber, sent, change, block, drain, counts } = setUp();
    subscriber.pump();
    block();
    change(3);
    expect(sent).toEqual(["s0"]);
    expect(subscriber.buffered).toBe(3);
    drain(1);
    expect(sent).toEqual(["s0", "u1"]);
    drain();
    expect(sent).toEqual(["s0", "u1", "u2", "u3"]);
    expect([subscriber.buffered, counts.droppedUpdates, counts.discontinuities]).toEqual([0, 0, 0]);
  });

  test("whose buffer overflowed gets the buffered updates and then a snapshot of the newest state", () => {
    const { subscriber, sent, change, block, drain, counts } = setUp();
    subscriber.pump();
    block();
    change(5);
    expect(counts.droppedUpdates).toBe(2);
    drain(3);
    expect(sent).toEqual(["s0", "u1", "u2", "u3"]);
    drain();
    expect(sent).toEqual(["s0", "u1", "u2", "u3", "s5"]);
    expect(counts.discontinuities).toBe(1);
    change();
    expect(sent.at(-1)).toBe("u6");
  });

  test("gets the snapshot also when nothing changes after the drop", () => {
    const { subscriber, sent, change, block, drain } = setUp(1);
    subscriber.pump();
    block();
    change(2);
    drain();
    expect(sent).toEqual(["s0", "u1", "s2"]);
  });

  test("with a gap in its buffer gets a snapshot in place of the update after the gap, and nothing that it covers", () => {
    const { subscriber, sent, change, block, drain } = setUp(3);
    subscriber.pump();
    block();
    change(5);
    drain(1);
    change(2);
    drain();
    expect(sent).toEqual(["s0", "u1", "u2", "u3", "s7"]);
  });

  test("that is not ready for its first snapshot gets the newest one later, and no update that it covers", () => {
    const { subscriber, sent, change, block, drain, counts } = setUp();
    block();
    change(2);
    expect(sent).toEqual([]);
    drain();
    change();
    expect(sent).toEqual(["s2", "u3"]);
    expect(counts.discontinuities).toBe(0);
    expect(subscriber.buffered).toBe(0);
  });

  test("that is resynced gets a snapshot next", () => {
    const { subscriber, sent, change } = setUp();
    subscriber.pump();
    change();
    subscriber.resync();
    change();
    expect(sent).toEqual(["s0", "u1", "s1", "u2"]);
  });

  test("keeps its order and its bound over many rounds", () => {
    const { subscriber, sent, change, block, drain, counts } = setUp(4);
    subscriber.pump();
    for (let round = 0; round < 50; round += 1) {
      block();
      change(4);
      drain(1);
      expect(subscriber.buffered).toBe(3);
      change(1);
      drain();
    }
    expect(sent).toEqual(["s0", ...Array.from({ length: 250 }, (_unused, index) => `u${index + 1}`)]);
    expect(counts.droppedUpdates).toBe(0);
  });
});
