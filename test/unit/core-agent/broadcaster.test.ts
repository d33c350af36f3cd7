import { describe, expect, it, test } from "vitest";
import { newestDialect } from "../../../packages/configstream/src/core-agent/dialects/newest.js";
import { createBroadcaster, maxSequenceId } from "../../../packages/configstream/src/core-agent/serving/broadcaster.js";
import {
  createLayerStore,
  type LayerChange,
} from "../../../packages/configstream/src/core-agent/settings/layer-store.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import type { Frame } from "../../../src/wire/event-encoder.js";
import { toldSnapshot } from "../../support/agents/told-snapshot.js";

function setUp() {
  const store = createLayerStore(defaultSourcePriority);
  let exhausted = 0;
  const broadcaster = createBroadcaster({
    origin: "o",
    dialect: newestDialect,
    settings: store.settings,
    subscriberBuffer: 10,
    onExhausted: () => {
      exhausted += 1;
    },
  });
  const publish = (change: LayerChange | undefined): void => {
    if (change !== undefined) broadcaster.publish([change]);
  };
  const listen = (): Frame[] => {
    const frames: Frame[] = [];
    broadcaster.subscribe({ ready: true, send: (frame) => frames.push(frame) }).pump();
    return frames;
  };
  return { store, broadcaster, publish, listen, exhausted: () => exhausted };
}

describe("the broadcaster", () => {
  test("encodes a snapshot once per state and an update once for all subscribers", () => {
    const { store, publish, listen } = setUp();
    publish(store.set("a", 1, "file"));
    const [first, second] = [listen(), listen()];
    expect(first[0]).toBe(second[0]);
    publish(store.set("a", 2, "file"));
    expect(first[1]).toBe(second[1]);
    expect(listen()[0]).not.toBe(first[0]);
  });

  test("gives no number to a change that its dialect does not tell", () => {
    const { store, broadcaster, publish, listen } = setUp();
    publish(store.set("a", 1, "cli"));
    const frames = listen();
    publish(store.set("a", 2, "file"));
    expect([broadcaster.sequenceId, frames.length]).toEqual([1, 1]);
    publish(store.set("a", 3, "cli"));
    expect([broadcaster.sequenceId, frames[1]?.sequenceId]).toEqual([2, 2]);
  });

  test("forgets a subscriber that is taken out", () => {
    const { store, broadcaster, publish } = setUp();
    const frames: Frame[] = [];
    const subscriber = broadcaster.subscribe({ ready: true, send: (frame) => frames.push(frame) });
    expect(broadcaster.subscribers).toBe(1);
    broadcaster.unsubscribe(subscriber);
    publish(store.set("a", 1, "cli"));
    expect([broadcaster.subscribers, frames.length]).toEqual([0, 0]);
  });

  test("says that the ids are used up and begins again at 1", () => {
    const { store, broadcaster, publish, exhausted } = setUp();
    broadcaster.restartFrom(maxSequenceId - 1);
    publish(store.set("a", 1, "cli"));
    expect([broadcaster.sequenceId, exhausted()]).toEqual([maxSequenceId, 0]);
    publish(store.set("a", 2, "cli"));
    expect([broadcaster.sequenceId, exhausted()]).toEqual([1, 1]);
  });
});

describe("a change set", () => {
  const both = (store: ReturnType<typeof setUp>["store"], a: number, b: number) =>
    [store.set("a", a, "file"), store.set("b", b, "file")].filter((change) => change !== undefined);

  it("of several settings is one message with one number: the whole state", () => {
    const { store, broadcaster, listen } = setUp();
    const frames = listen();
    broadcaster.publish(both(store, 1, 2));
    expect(frames.map(({ kind, sequenceId }) => [kind, sequenceId])).toEqual([
      ["snapshot", 0],
      ["snapshot", 1],
    ]);
    expect(listen()[0]).toBe(frames[1]);
  });

  it("of which one change is told is an update", () => {
    const { store, broadcaster, listen } = setUp();
    broadcaster.publish([store.set("a", 1, "cli") as LayerChange]);
    const frames = listen();
    broadcaster.publish(both(store, 5, 6));
    expect(frames.map(({ kind, sequenceId }) => [kind, sequenceId])).toEqual([
      ["snapshot", 1],
      ["update", 2],
    ]);
  });

  it("reaches a subscriber that is behind as the newest state, once it is ready, and without a gap", () => {
    const { store, broadcaster } = setUp();
    const frames: Frame[] = [];
    const sink = { ready: true, send: (frame: Frame) => frames.push(frame) };
    const subscriber = broadcaster.subscribe(sink);
    subscriber.pump();
    sink.ready = false;
    for (let round = 1; round <= 20; round += 1) broadcaster.publish(both(store, round, round));
    broadcaster.publish([store.set("a", 0, "file") as LayerChange]);
    expect([frames.length, subscriber.buffered]).toEqual([1, 0]);
    sink.ready = true;
    subscriber.pump();
    expect(frames.slice(1).map(({ kind, sequenceId }) => [kind, sequenceId])).toEqual([["snapshot", 21]]);
    expect(broadcaster.counts).toMatchObject({ discontinuities: 0, droppedUpdates: 0 });
  });

  it("that does not fit into one message is refused, and takes no number", () => {
    const { store, broadcaster, listen } = setUp();
    const large = "x".repeat(16 * 1024 * 1024 - 100);
    const frames = listen();
    const changes = Array.from({ length: 9 }, (_, index) => store.set(`k${index}`, large, "file") as LayerChange);
    expect(() => broadcaster.publish(changes)).toThrow(/9 settings makes a message of \d+ bytes.*at most 134217728/);
    expect([broadcaster.sequenceId, frames.length]).toEqual([0, 1]);
  });
});

describe("the newest dialect", () => {
  const store = () => createLayerStore(defaultSourcePriority);
  const told = (change: LayerChange | undefined) => (change === undefined ? undefined : newestDialect.update(change));

  it("reports a set that wins, but not one that leaves the value, as the real agent", () => {
    const layers = store();
    expect(told(layers.set("k", 1, "file"))).toEqual({ key: "k", value: 1, source: "file", unsetSource: "" });
    expect(told(layers.set("k", 1, "cli"))).toBeUndefined();
    expect(told(layers.set("k", 2, "cli"))).toEqual({ key: "k", value: 2, source: "cli", unsetSource: "" });
  });

  test("says nothing of a set below the winner", () => {
    const layers = store();
    layers.set("k", 1, "cli");
    expect(told(layers.set("k", 2, "file"))).toBeUndefined();
  });

  test("names the cleared layer and what the key falls back to", () => {
    const layers = store();
    layers.set("k", 1, "file");
    layers.set("k", 2, "cli");
    expect(told(layers.unset("k", "cli"))).toEqual({ key: "k", value: 1, source: "file", unsetSource: "cli" });
    expect(told(layers.unset("k", "file"))).toEqual({ key: "k", value: null, source: "", unsetSource: "file" });
  });

  test("tells the removal of a hidden layer together with the winner that stays", () => {
    const layers = store();
    layers.set("k", 1, "file");
    layers.set("k", 2, "cli");
    expect(told(layers.unset("k", "file"))).toEqual({ key: "k", value: 2, source: "cli", unsetSource: "file" });
  });

  test("puts one entry per key and layer into the snapshot, the winner last, and says that these are all", () => {
    const layers = store();
    layers.set("a", 1, "default");
    layers.set("a", 2, "file");
    layers.set("b.c", "x", "default");
    layers.set("a", 0, "schema");
    expect(toldSnapshot(newestDialect, layers.settings)).toEqual({
      settings: [
        { key: "a", value: 0, source: "schema", unsetSource: "" },
        { key: "a", value: 1, source: "default", unsetSource: "" },
        { key: "a", value: 2, source: "file", unsetSource: "" },
        { key: "b.c", value: "x", source: "default", unsetSource: "" },
      ],
      allLayers: true,
    });
  });
});
