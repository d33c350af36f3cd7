import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HostileConsumer, type Report } from "../../support/hostile/hostile-consumer.js";
import { hostileMaps, hostileMessages, hostileTexts } from "../../support/hostile/messages.js";
import { Workshop } from "../../support/memory/workshop.js";

type Agent = Awaited<ReturnType<Workshop["agent"]>>;

/** What it gives, and how many ms it took. */
async function took(run: () => Promise<Report>): Promise<{ readonly ms: number; readonly report: Report }> {
  const from = performance.now();
  const report = await run();
  return { ms: performance.now() - from, report };
}

describe("a consumer with a cache, of a core agent that sends hostile settings", { timeout: 240_000 }, () => {
  const workshop = new Workshop(afterAll);
  let agent: Agent;
  let consumer: HostileConsumer;
  let idle: { readonly ms: number; readonly report: Report };

  beforeAll(async () => {
    agent = await workshop.agent({ defaults: { good: 1 } });
    const cache = { path: join(await workshop.folder(), "settings.cache"), writeIntervalMs: 100 };
    consumer = await HostileConsumer.start(workshop, agent, { cache, resyncTimeoutMs: 100 });
    await consumer.recovers();
    await consumer.report("measure");
    idle = await took(() => consumer.recovers());
  }, 60_000);

  /** Quadratic time on 300 KB is minutes; ten times an idle run and a second are a slow machine. */
  const expectNoStandstill = (ms: number, idleMs: number): void => expect(ms).toBeLessThan(1_000 + 10 * idleMs);

  it("no thread stands still because of a text, whatever getters, cache and subscribers do with it", async () => {
    for (const text of hostileTexts(300_000)) {
      await consumer.report("measure");
      agent.set("hostile.text", text);
      const { ms, report } = await took(() => consumer.recovers());
      expectNoStandstill(report.longestMs, idle.report.longestMs);
      expectNoStandstill(ms, idle.ms);
      expect(report).toMatchObject({ live: true, status: { workerRestarts: 0 } });
    }
    agent.unset("hostile.text");
  });

  it("names that mean something in JavaScript are plain names in maps and keys, and the changes after them arrive", async () => {
    for (const map of hostileMaps) {
      agent.set("hostile.map", map);
      expect(await consumer.recovers()).toMatchObject({ live: true, status: { workerRestarts: 0 } });
      expect((await consumer.report()).map).toEqual(Object.entries(map));
    }
    for (const key of ["__proto__.x", "constructor", "tostring", "hostile.__proto__.y", "then"]) {
      agent.set(key, "x");
      expect((await consumer.recovers()).status.workerRestarts).toBe(0);
      agent.unset(key);
    }
  });

  it("no message ends the process or its worker, and none makes the consumer deaf", async () => {
    for (const [index] of hostileMessages(0).entries()) {
      const { status } = await consumer.recovers();
      agent.faults.send(hostileMessages((status.sequenceId ?? 0) + 1)[index] as Uint8Array);
      const report = await consumer.recovers();
      expect([index, report.live, report.status.workerRestarts]).toEqual([index, true, 0]);
    }
  });

  it("memory stays where it was, however often it is sent", async () => {
    const round = async (): Promise<number> => {
      for (const text of hostileTexts(300_000)) agent.set("hostile.text", text);
      for (const message of hostileMessages(1)) agent.faults.send(message);
      for (let origin = 0; origin < 50; origin++) {
        agent.faults.closeStreams();
        await consumer.recovers();
        if (origin % 10 === 0) agent.faults.send(hostileMessages(1).at(-2) as Uint8Array);
      }
      return (await consumer.recovers()).rssMiB;
    };
    await round();
    const before = await round();
    const after = await round();
    expect(after).toBeLessThan(1.5 * before + 64);
  });
});
