import { expect, it } from "vitest";
import { HostileConsumer } from "../../support/hostile/hostile-consumer.js";
import { listOfNulls } from "../../support/hostile/messages.js";
import { Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();

it("100 MiB of nulls in one message are refused by a consumer with a small heap, which keeps its settings and goes on", {
  timeout: 180_000,
}, async () => {
  const agent = await workshop.agent({ defaults: { good: 1, "a.list": [1, 2] } });
  const consumer = await HostileConsumer.start(workshop, agent, {}, ["--max-old-space-size=256"]);
  const before = await consumer.report();
  agent.faults.send(listOfNulls(100 * 2 ** 20));
  let refused = await consumer.report();
  while (refused.status.lastError?.code !== "limit_exceeded") {
    await new Promise((resolve) => setTimeout(resolve, 50));
    refused = await consumer.report();
  }
  expect(refused.status.lastError.message).toContain("--max-old-space-size");
  expect(refused).toMatchObject({ good: 1, live: true });
  const after = await consumer.recovers();
  expect(after.status.workerRestarts).toBe(before.status.workerRestarts);
  expect(after.status.keys).toBe(before.status.keys);
});
