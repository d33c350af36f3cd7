/** A consumer over the lives of its engines, which write to its region and die; in virtual time, without a thread. */
import { expect, it } from "vitest";
import { consumerIn } from "../../../../src/main/consumer/consumer.js";
import type { EngineHostInit } from "../../../../src/main/hosting/engine-host.js";
import { newestPublish } from "../../../../src/memory/arena-reader.js";
import { ARENA_BLOCKS } from "../../../../src/memory/layout.js";
import { Region } from "../../../../src/memory/region.js";
import { dyingHost } from "../../../support/engine/dying-host.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";
import { TestWriter } from "../../../support/memory/region.js";

/** An engine that has published once. */
function startEngine(init: EngineHostInit, settings: Record<string, number>) {
  new TestWriter(new Region(init.memory)).publish(settings);
  /** Its publish of one key, as subscribers are told of it. */
  const change = (key: string, newValue: number): void => {
    const region = new Region(init.memory);
    new TestWriter(region).publish({ ...settings, [key]: newValue });
    const changes = [{ key, oldValue: settings[key], newValue, source: "file", sequenceId: 2 }];
    const publishes = [newestPublish(region) ?? 0];
    init.onChanges({ kind: "changes", changes, setEnds: [1], publishes, lagged: false });
  };
  return { ...dyingHost(), change };
}

function newConsumer(settingsOf = (life: number): Record<string, number> => ({ life })) {
  const clock = new VirtualClock();
  const engines: ReturnType<typeof startEngine>[] = [];
  let bytes = 0;
  const options = { clientName: "test-agent", sessionId: "a-session" };
  const consumer = consumerIn({}, options, {
    clock,
    random: () => 0.5,
    startEngine: (init) => {
      const engine = startEngine(init, settingsOf(engines.length));
      engines.push(engine);
      bytes = init.memory.buffer.byteLength;
      return engine.host;
    },
  });
  return { clock, engines, consumer, bytes: () => bytes };
}

it("lives through any number of deaths of its engine, in the memory of the first few", async () => {
  const { clock, engines, consumer, bytes } = newConsumer();
  await consumer.start();
  let early = 0;
  for (let death = 1; death <= 3 * ARENA_BLOCKS; death++) {
    engines.at(-1)?.die();
    await clock.advance(60_000);
    expect(engines, "an engine that cannot publish is not counted as one").toHaveLength(death + 1);
    expect(consumer.reader().getInt("life")).toBe(death);
    if (death === 3) early = bytes();
  }
  expect(bytes()).toBe(early);
  expect(consumer.status().workerRestarts).toBe(3 * ARENA_BLOCKS);
  await consumer.stop();
});

it("tells a subscription that was there before many deaths of the first change after them", async () => {
  const { clock, engines, consumer } = newConsumer(() => ({ port: 1 }));
  await consumer.start();
  const told: unknown[] = [];
  consumer.subscribe({ onChange: ({ newValue }) => told.push(newValue) });
  // More than half of all publish numbers lie between.
  for (let death = 1; death <= 140; death++) {
    engines.at(-1)?.die();
    await clock.advance(60_000);
  }
  engines.at(-1)?.change("port", 2);
  expect(told).toEqual([2]);
  await consumer.stop();
});
