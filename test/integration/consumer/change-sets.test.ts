import { expect, it } from "vitest";
import { liveTest, until } from "../../support/engine/live-consumer.js";

const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`many.k${at}`, at]));
const live = liveTest({ log_level: "info", ...many });

it("a consumer gives the first snapshot as one set, however many messages carry it, and then a set for each publish", async () => {
  const agent = await live.startAgent();
  const consumer = live.newConsumer(agent);
  const sets: { size: number; first: string | undefined; sequenceId: number; seen: number; view: number }[] = [];
  consumer.changeSets({
    onChange({ changes, sequenceId, view }) {
      const seen = view.allKeysLowercased().filter((key) => key.startsWith("many.")).length;
      sets.push({ size: changes.length, first: changes[0]?.key, sequenceId, seen, view: view.sequenceId });
    },
  });
  await consumer.start();
  await consumer.waitReady();
  await until(() => sets.length === 1);
  agent.set("log_level", "debug", "cli");
  await until(() => sets.length === 2);
  expect(sets[0]?.size).toBeGreaterThan(2_000);
  expect(sets[1]).toMatchObject({ size: 1, first: "log_level" });
  for (const { seen, sequenceId, view } of sets) {
    expect(seen).toBe(2_000);
    expect(view).toBe(sequenceId);
  }
});
