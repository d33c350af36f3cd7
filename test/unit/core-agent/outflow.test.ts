import { describe, expect, it } from "vitest";
import {
  createOutflow,
  type Lane,
  laneBytes,
  patienceMs,
  roomBytes,
} from "../../../packages/configstream/src/core-agent/serving/outflow.js";
import { VirtualClock } from "../../support/engine/virtual-clock.js";

const mebibyte = 1024 * 1024;

function setUp() {
  const clock = new VirtualClock();
  const outflow = createOutflow(clock);
  const open = (bytes: number) => {
    const state = { sent: 0, ended: false, taken: (): void => {}, lane: undefined as unknown as Lane };
    const send = (): void => {
      if (!state.lane.ready || !state.lane.takes(bytes)) return;
      state.sent += 1;
      state.taken = state.lane.wrote(bytes);
    };
    state.lane = outflow.open({
      onReady: () => {
        if (state.sent === 0) send();
      },
      end: () => {
        state.ended = true;
        state.lane.close();
      },
    });
    send();
    return state;
  };
  return { clock, open };
}

describe("what is on the way to receivers", () => {
  it("is bounded for one stream, which is written to again once it has taken enough", () => {
    const { open } = setUp();
    const stream = open(laneBytes);
    expect(stream).toMatchObject({ sent: 1 });
    expect(stream.lane.ready).toBe(false);
    stream.taken();
    expect(stream.lane.ready).toBe(true);
  });

  it("is bounded for all streams together; those that find no room get theirs in the order in which they came", () => {
    const { open } = setUp();
    const first = [open(roomBytes / 2), open(roomBytes / 2)];
    const late = [open(roomBytes / 2), open(roomBytes / 2), open(mebibyte)];
    expect(late.map(({ sent }) => sent)).toEqual([0, 0, 0]);
    first[0]?.taken();
    expect(late.map(({ sent }) => sent)).toEqual([1, 0, 0]);
    first[1]?.taken();
    late[0]?.taken();
    expect(late.map(({ sent }) => sent)).toEqual([1, 1, 1]);
  });

  it("lets small messages pass whoever holds the room, and one that is larger than the room when it is alone", () => {
    const { open } = setUp();
    expect(open(roomBytes * 2).sent).toBe(1);
    expect(open(1_000).sent).toBe(1);
    expect(open(mebibyte).sent).toBe(0);
  });

  it("ends the stream that holds room longest, and only while others wait for it", async () => {
    const { clock, open } = setUp();
    const slowest = open(roomBytes / 2);
    await clock.advance(1_000);
    const slow = open(roomBytes / 2);
    await clock.advance(patienceMs * 5);
    expect([slowest.ended, slow.ended]).toEqual([false, false]);
    const next = open(roomBytes / 2);
    await clock.advance(1);
    expect([slowest.ended, slow.ended, next.sent]).toEqual([true, false, 1]);
  });

  it("leaves no timer behind when the streams are over", () => {
    const { clock, open } = setUp();
    const streams = [open(roomBytes), open(mebibyte)];
    for (const { lane } of streams.toReversed()) lane.close();
    expect(clock.pending).toBe(0);
  });
});
