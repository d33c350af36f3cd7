import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import type { RestartNotice, StateNotice } from "configstream-consumer";
import { expect, test } from "vitest";
import { liveTest, until } from "../../support/engine/live-consumer.js";

const live = liveTest({ log_level: "info" });

test.each(["worker", "none"] as const)(
  "states are told as they can be read, isolation %s: on the way up, in an outage, and at the end",
  async (isolation) => {
    const agent = await live.startAgent();
    const consumer = live.newConsumer(agent, { isolation });
    const told: StateNotice[] = [];
    const read: string[] = [];
    consumer.on("state", (notice) => {
      told.push(notice);
      read.push(consumer.status().state);
    });
    await consumer.start();
    await consumer.waitReady();
    const states = () => told.map(({ state }) => state);
    await until(() => states().at(-1) === "live");
    agent.faults.rejectStreams(14);
    agent.faults.closeStreams(14);
    await until(() => states().at(-1) === "stale");
    agent.faults.clear();
    await until(() => states().at(-1) === "live");
    await consumer.stop();
    expect(states().slice(-4)).toEqual(["live", "stale", "live", "stopped"]);
    expect(read.at(-1)).toBe("stopped");
    // Each one begins where the one before has ended, and none is told twice.
    expect(told.map(({ previous }) => previous)).toEqual(["starting", ...states().slice(0, -1)]);
  },
);

test("a worker's death is told with its reason, and as a state, before another worker is live", async () => {
  const agent = await live.startAgent();
  const born = once(process as unknown as NodeJS.EventEmitter, "worker");
  const consumer = live.newConsumer(agent);
  const order: string[] = [];
  const restarts: RestartNotice[] = [];
  consumer.on("state", ({ state }) => order.push(state));
  consumer.on("restart", (notice) => {
    order.push("restart");
    restarts.push(notice);
  });
  await consumer.start();
  await consumer.waitReady();
  // Told, and not only read, because what is read may come sooner.
  await until(() => order.at(-1) === "live");
  order.length = 0;
  const [worker] = (await born) as [Worker];
  await worker.terminate();
  await until(() => order.at(-1) === "live");
  expect(order.slice(0, 2)).toEqual(["stale", "restart"]);
  expect(restarts).toEqual([
    { restarts: 1, error: { code: "worker_died", message: expect.stringContaining("it was terminated") } },
  ]);
});
